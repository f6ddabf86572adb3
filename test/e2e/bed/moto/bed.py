"""moto's server, where it would hide a mistake in a scanner brought closer to EKS.

Tags of a cluster decide what moto invents otherwise:
  test:endpoint   URL of its Kubernetes API
  test:ca-file    file with the PEM certificate of its CA
  test:status     status, such as CREATING
  test:vpc-cni    "true" or "false": the add-on vpc-cni is installed, with this enableNetworkPolicy in its configuration
  test:ranges     "absent": the answer carries no publicAccessCidrs though public access is on
Added beside: the defaults that EKS fills in, the VPC of the subnets, with the cluster's own security group and the control
plane's network interfaces in it, and what moto lacks: DescribeClusterVersions, add-ons of EKS and that a cluster has no access
entries, ListRegions, EC2's VPC Block Public Access, which is off until somebody turns it on, branch interfaces, and ELB's default
for whether a target group preserves clients' addresses. Where moto checks policies it takes the resource of every request for "*",
by which a statement about a narrower one would never count: it is told which resource it is.
"""
import base64
import json
import pathlib
import sys
import time
import urllib.parse

import moto.account.urls
import moto.eks.urls
from moto.account.responses import AccountResponse
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.responses import EC2Response
from moto.eks.models import Cluster, eks_backends
from moto.eks.responses import EKSResponse
from moto.elbv2.models import FakeTargetGroup
from moto.securityhub.responses import SecurityHubResponse
from moto.server import main

ENDPOINT_DEFAULTS = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "securityGroupIds": []}
LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
DAY = 24 * 60 * 60

init_of_moto = Cluster.__init__
# By Region and cluster: what the tag says of the add-on.
vpc_cni = {}


def vpc_of(name, config, account_id, region_name):
    """The VPC of the subnets, and what EKS makes in it: a group, open to its own members, and the control plane's interfaces."""
    ec2 = ec2_backends[account_id][region_name]
    subnet_ids = config.get("subnetIds")
    subnets = ec2.describe_subnets(subnet_ids=subnet_ids) if subnet_ids else []
    if not subnets:
        return {}
    vpc_id = subnets[0].vpc_id
    group = ec2.create_security_group(f"eks-cluster-sg-{name}", "EKS created security group", vpc_id=vpc_id)
    ec2.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}], vpc_id=vpc_id)
    group_ids = [group.id, *config.get("securityGroupIds", [])]
    for subnet in subnets[:4]:
        ec2.create_network_interface(subnet, None, group_ids=group_ids, description=f"Amazon EKS {name}")
    return {"vpcId": vpc_id, "clusterSecurityGroupId": group.id}


def logging_as_eks_answers(asked):
    setups = [setup for setup in (asked or {}).get("clusterLogging", []) if setup.get("enabled")]
    enabled = sorted({kind for setup in setups for kind in setup.get("types", [])})
    disabled = [kind for kind in LOG_TYPES if kind not in enabled]
    groups = [(enabled, True), (disabled, False)]
    return {"clusterLogging": [{"types": types, "enabled": on} for types, on in groups if types]}


def init(self, name, role_arn, resources_vpc_config, account_id, region_name, *args, **kwargs):
    init_of_moto(self, name, role_arn, resources_vpc_config, account_id, region_name, *args, **kwargs)
    tags = self.tags or {}
    self.endpoint = tags.get("test:endpoint", self.endpoint.rstrip("/"))
    self.status = tags.get("test:status", self.status)
    vpc_cni[region_name, name] = tags.get("test:vpc-cni")
    if "test:ca-file" in tags:
        pem = pathlib.Path(tags["test:ca-file"]).read_bytes()
        self.certificate_authority = {"data": base64.b64encode(pem).decode()}
    vpc = ENDPOINT_DEFAULTS | vpc_of(name, resources_vpc_config, account_id, region_name) | resources_vpc_config
    if vpc["endpointPublicAccess"] and tags.get("test:ranges") != "absent":
        vpc.setdefault("publicAccessCidrs", ["0.0.0.0/0"])
    self.resources_vpc_config = vpc
    self.logging = logging_as_eks_answers(kwargs.get("logging"))
    self.kubernetes_network_config = {"ipFamily": "ipv4"} | self.kubernetes_network_config


def names_in(response):
    """The parts of the path, each as it was before it became part of a URL."""
    return [urllib.parse.unquote(part) for part in urllib.parse.urlparse(response.uri).path.split("/")[1:]]


def said(body, status=200, error=None):
    named = {} if error is None else {"x-amzn-ErrorType": error}
    return json.dumps(body), {"Content-Type": "application/json", "status": status} | named


def describe_cluster_versions(self):
    """One version in standard support, two in extended, whatever the day: no test may fail because time passed."""
    now = int(time.time()) // DAY * DAY  # dates, as EKS has them
    rows = [("1.36", "STANDARD_SUPPORT", 400), ("1.31", "EXTENDED_SUPPORT", -60), ("1.27", "EXTENDED_SUPPORT", -300)]
    versions = [
        {
            "clusterVersion": version,
            "clusterType": "eks",
            "defaultVersion": version == "1.36",
            "endOfStandardSupportDate": now + days * DAY,
            "endOfExtendedSupportDate": now + (days + 365) * DAY,
            "status": status.lower().replace("_", "-"),
            "versionStatus": status,
        }
        for version, status, days in rows
    ]
    return said({"clusterVersions": versions})


def installed_in(response, cluster):
    return [] if vpc_cni.get((response.region, cluster)) is None else ["vpc-cni"]


def list_addons(self):
    """No cluster has an add-on unless its tag says so."""
    _, cluster, _ = names_in(self)
    return said({"addons": installed_in(self, cluster)})


def describe_addon(self):
    _, cluster, _, name = names_in(self)
    if name not in installed_in(self, cluster):
        return said({"message": f"No addon: {name} found in cluster: {cluster}"}, 404, "ResourceNotFoundException")
    addon = {
        "addonName": "vpc-cni",
        "clusterName": cluster,
        "status": "ACTIVE",
        "addonVersion": "v1.23.1-eksbuild.1",
        "health": {"issues": []},
        "configurationValues": json.dumps({"enableNetworkPolicy": vpc_cni[self.region, cluster]}),
    }
    return said({"addon": addon})


def describe_access_entry(self):
    return said({"message": "The specified principalArn could not be found."}, 404, "ResourceNotFoundException")


def list_regions(self):
    """Those in which the account has clusters."""
    found = [region for region, backend in eks_backends[self.current_account].items() if backend.clusters]
    return said({"Regions": [{"RegionName": region, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for region in found]})


UUID = "b2c5a8d0-0000-4000-8000-000000000000"


def eks_resource(self):
    """As the Service Authorization Reference has it."""
    prefix = f"arn:aws:eks:{self.region}:{self.current_account}"
    match names_in(self):
        case ["clusters", cluster, "node-groups", name, *_]:
            return f"{prefix}:nodegroup/{cluster}/{name}/{UUID}"
        case ["clusters", cluster, "addons", name]:
            return f"{prefix}:addon/{cluster}/{name}/{UUID}"
        case ["clusters", cluster, "access-entries", principal]:
            _, _, _, _, account, name = principal.split(":")
            kind, *path = name.split("/")
            return f"{prefix}:access-entry/{cluster}/{kind}/{account}/{path[-1]}/{UUID}"
        case ["clusters", cluster, *_]:
            return f"{prefix}:cluster/{cluster}"
    return "*"


def ec2_resource(self):
    if self._get_action() != "GetManagedPrefixListEntries":
        return "*"
    return f"arn:aws:ec2:{self.region}:{self.current_account}:prefix-list/{self._get_param('PrefixListId')}"


def securityhub_resource(self):
    prefix = f"arn:aws:securityhub:{self.region}:{self.current_account}"
    return f"{prefix}:product/{self.current_account}/default" if self._get_action() == "BatchImportFindings" else f"{prefix}:hub/default"


def account_resource(self):
    return f"arn:aws:account::{self.current_account}:account"


BLOCK_MODES = {}


def block_public_access_options(self):
    mode = BLOCK_MODES.get((self.current_account, self.region))
    options = {
        "AwsAccountId": self.current_account,
        "AwsRegion": self.region,
        "State": "default-state" if mode is None else "update-complete",
        "InternetGatewayBlockMode": mode or "off",
        "ManagedBy": "account",
        "ExclusionsAllowed": "allowed",
    }
    return ActionResult({"VpcBlockPublicAccessOptions": options})


def modify_block_public_access_options(self):
    BLOCK_MODES[(self.current_account, self.region)] = self._get_param("InternetGatewayBlockMode")
    return block_public_access_options(self)


def target_group_init(self, *args, **kwargs):
    """As ELB has it: targets by address see the load balancer where that is TCP or TLS, all others see who asks."""
    init_of_target_group(self, *args, **kwargs)
    if self.protocol in ["TCP", "TLS", "UDP", "TCP_UDP"]:
        by_address = self.target_type == "ip" and self.protocol in ["TCP", "TLS"]
        self.attributes["preserve_client_ip.enabled"] = "false" if by_address else "true"


def network_interface_init(self, *args, **kwargs):
    """By their description those that the VPC resource controller makes for single pods, which moto can't be asked for."""
    init_of_network_interface(self, *args, **kwargs)
    if self.description == "aws-k8s-branch-eni":
        self.interface_type = "branch"


init_of_network_interface = NetworkInterface.__init__
NetworkInterface.__init__ = network_interface_init
init_of_target_group = FakeTargetGroup.__init__
FakeTargetGroup.__init__ = target_group_init
Cluster.__init__ = init
EC2Response.describe_vpc_block_public_access_options = block_public_access_options
EC2Response.modify_vpc_block_public_access_options = modify_block_public_access_options
EC2Response.describe_vpc_block_public_access_exclusions = lambda self: ActionResult({"VpcBlockPublicAccessExclusions": []})
for lacked in [describe_cluster_versions, list_addons, describe_addon, describe_access_entry]:
    setattr(EKSResponse, lacked.__name__, lacked)
AccountResponse.list_regions = list_regions
for path in ["cluster-versions", "clusters/(?P<name>[^/]+)/addons", "clusters/(?P<name>[^/]+)/addons/(?P<addon>[^/]+)"]:
    moto.eks.urls.url_paths["{0}/" + path + "$"] = EKSResponse.dispatch
moto.eks.urls.url_paths["{0}/clusters/(?P<name>[^/]+)/access-entries/(?P<principal>.+)$"] = EKSResponse.dispatch
moto.account.urls.url_paths["{0}/listRegions$"] = AccountResponse.dispatch
EKSResponse._determine_resource = eks_resource
EC2Response._determine_resource = ec2_resource
SecurityHubResponse._determine_resource = securityhub_resource
AccountResponse._determine_resource = account_resource
main(sys.argv[1:])
