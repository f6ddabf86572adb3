// Answers which connections Cilium's own policy code lets through. Reads questions as JSON from standard input, one a line,
// and writes an answer for each.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"

	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	"github.com/cilium/cilium/pkg/k8s"
	"github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	"github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	"github.com/cilium/cilium/pkg/policy/types"
	"github.com/cilium/cilium/pkg/policy/utils"
	testidentity "github.com/cilium/cilium/pkg/testutils/identity"
	testpolicy "github.com/cilium/cilium/pkg/testutils/policy"
	"github.com/cilium/cilium/pkg/u8proto"
)

type question struct {
	// Whether selectors mean the pods of this cluster alone: the agent's policy-default-local-cluster.
	LocalCluster bool
	// Whether blocks mean nodes: policy-cidr-match-mode.
	BlocksMeanNodes bool
	// Whether pods are always open to the node that they run on: allow-localhost.
	AlwaysAllowLocalhost bool
	// Labels by name.
	Namespaces map[string]map[string]string
	Pods       []pod
	// Outside the cluster.
	Addresses       []netip.Addr
	Nodes           []node
	NetworkPolicies []v1.NetworkPolicy
	// Clusterwide where they have no namespace.
	CiliumPolicies []v2.CiliumNetworkPolicy
	Flows          []flow
}

type pod struct {
	Namespace, ServiceAccount string
	Labels                    map[string]string
	Ports                     []struct {
		Name, Protocol string
		Port           uint16
	}
}

type node struct {
	// Whether it is the node that the pod at the other end runs on.
	IsHost  bool
	Address netip.Addr
}

// The ends are numbers: of a pod, behind those of an address, and behind these of a node.
type flow struct {
	From, To int
	Protocol string
	Port     uint16
}

type answer struct {
	// By flow.
	Allowed []bool `json:"allowed"`
	// Why Cilium refuses a policy, by its number, those of Cilium behind the others. The rest counts.
	Refused map[int]string `json:"refused"`
}

const cluster = "default"

var logger = slog.New(slog.NewTextHandler(io.Discard, nil))

func main() {
	option.Config.EnableIPv4, option.Config.EnableIPv6 = true, true
	policy.SetPolicyEnabled(option.DefaultEnforcement)
	api.InitEntities(cluster)
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var asked question
		err := in.Decode(&asked)
		if err == io.EOF {
			return
		}
		var given *answer
		if err == nil {
			given, err = answerTo(&asked)
		}
		if err == nil {
			err = out.Encode(given)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func answerTo(asked *question) (*answer, error) {
	option.Config.PolicyCIDRMatchMode, option.Config.AllowLocalhost = nil, option.AllowLocalhostPolicy
	if asked.BlocksMeanNodes {
		option.Config.PolicyCIDRMatchMode = []string{"nodes"}
	}
	if asked.AlwaysAllowLocalhost {
		option.Config.AllowLocalhost = option.AllowLocalhostAlways
	}
	entries, refused := read(asked)
	ends := endsOf(asked)
	repository, manager := newRepository(ends)
	repository.MustAddPolicyEntries(entries)
	given := &answer{Allowed: make([]bool, 0, len(asked.Flows)), Refused: refused}
	for _, one := range asked.Flows {
		protocol, err := u8proto.ParseProtocol(one.Protocol)
		if err != nil {
			return nil, err
		}
		tcp, udp := asked.portsOf(one.To)
		looked := types.Flow{From: ends[one.From], To: ends[one.To], Proto: protocol, Dport: one.Port, NamedPortsTCP: tcp, NamedPortsUDP: udp}
		verdict, _, _, err := policy.LookupFlow(logger, repository, manager, looked)
		if err != nil {
			return nil, err
		}
		// Neither addresses nor nodes have policies here, though the selector of a clusterwide one may match their labels.
		leaves := one.From >= len(asked.Pods) || verdict.Egress == types.DecisionAllowed
		enters := one.To >= len(asked.Pods) || verdict.Ingress == types.DecisionAllowed
		given.Allowed = append(given.Allowed, leaves && enters)
	}
	return given, nil
}

func read(asked *question) (types.PolicyEntries, map[int]string) {
	name := ""
	if asked.LocalCluster {
		name = cluster
	}
	var entries types.PolicyEntries
	refused := map[int]string{}
	for i := range asked.NetworkPolicies {
		read, err := k8s.ParseNetworkPolicy(logger, name, &asked.NetworkPolicies[i])
		if err != nil {
			refused[i] = err.Error()
		}
		entries = append(entries, read...)
	}
	for i := range asked.CiliumPolicies {
		rules, err := asked.CiliumPolicies[i].Parse(logger, name)
		if err != nil {
			refused[len(asked.NetworkPolicies)+i] = err.Error()
		}
		entries = append(entries, utils.RulesToPolicyEntries(rules)...)
	}
	return entries, refused
}

// What Cilium knows of each end: labels, and a number by which it is no other's.
func endsOf(asked *question) []*identity.Identity {
	var ends []*identity.Identity
	for i, one := range asked.Pods {
		own := map[string]string{}
		for key, value := range one.Labels {
			own[key] = value
		}
		for key, value := range asked.Namespaces[one.Namespace] {
			own["io.cilium.k8s.namespace.labels."+key] = value
		}
		own["io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name"] = one.Namespace
		own["io.kubernetes.pod.namespace"] = one.Namespace
		own["io.cilium.k8s.policy.cluster"] = cluster
		own["io.cilium.k8s.policy.serviceaccount"] = one.ServiceAccount
		known := labels.Map2Labels(own, labels.LabelSourceK8s).LabelArray()
		ends = append(ends, identity.NewIdentityFromLabelArray(identity.NumericIdentity(1000+i), known))
	}
	for i, address := range asked.Addresses {
		known := labels.GetCIDRLabelArray(netip.PrefixFrom(address, address.BitLen()))
		ends = append(ends, identity.NewIdentityFromLabelArray(identity.IdentityScopeLocal+identity.NumericIdentity(1+i), known))
	}
	for i, one := range asked.Nodes {
		known, number := labels.LabelRemoteNode.LabelArray(), identity.IdentityScopeRemoteNode+identity.NumericIdentity(1+i)
		if one.IsHost {
			known, number = labels.LabelHost.LabelArray(), identity.ReservedIdentityHost
		}
		if asked.BlocksMeanNodes {
			for _, label := range labels.GetCIDRLabelArray(netip.PrefixFrom(one.Address, one.Address.BitLen())) {
				if label.Source == labels.LabelSourceCIDR {
					known = append(known, label)
				}
			}
		}
		ends = append(ends, identity.NewIdentityFromLabelArray(number, known.Sort()))
	}
	return ends
}

// The ports by name of a pod; an address has none.
func (asked *question) portsOf(end int) (tcp, udp map[string]uint16) {
	tcp, udp = map[string]uint16{}, map[string]uint16{}
	if end >= len(asked.Pods) {
		return tcp, udp
	}
	for _, port := range asked.Pods[end].Ports {
		if port.Protocol == "UDP" {
			udp[port.Name] = port.Port
		} else {
			tcp[port.Name] = port.Port
		}
	}
	return tcp, udp
}

func newRepository(ends []*identity.Identity) (*policy.Repository, identitymanager.IDManager) {
	known := identity.IdentityMap{}
	for _, end := range ends {
		known[end.ID] = end.LabelArray
	}
	manager := identitymanager.NewIDManager(logger)
	repository := policy.NewPolicyRepository(logger, known, nil, nil, manager, testpolicy.NewPolicyMetricsNoop())
	repository.GetSelectorCache().SetLocalIdentityNotifier(testidentity.NewDummyIdentityNotifier())
	// Held as long as the repository, so that what was worked out for one flow is there for the next.
	for _, end := range ends {
		manager.Add(end)
	}
	return repository, manager
}
