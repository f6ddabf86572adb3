"""moto's server, where it would hide a mistake in a scanner brought closer to EKS.

Tags of a cluster decide what moto invents otherwise:
  test:endpoint   URL of its Kubernetes API
  test:ca-file    file with the PEM certificate of its CA
  test:status     status, such as CREATING
  test:vpc-cni    "true" or "false": the add-on vpc-cni is installed, with this enableNetworkPolicy in its configuration
  test:ranges     "absent": the answer carries no publicAccessCidrs though public access is on
Added beside: the defaults that EKS fills in, the VPC of the subnets, with the cluster's own security group and the control
plane's network interfaces in it, and what moto lacks: DescribeClusterVersions and add-ons of EKS, EC2's VPC Block Public
Access, which is off until somebody turns it on, branch interfaces, and ELB's default for whether a target group preserves clients' addresses.
"""
import base64
import json
import pathlib
import sys
import time
import urllib.parse

import moto.eks.urls
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.responses import EC2Response
from moto.eks.models import Cluster
from moto.elbv2.models import FakeTargetGroup
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


def cluster_versions(request, full_url, headers):
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
    return 200, {"Content-Type": "application/json"}, json.dumps({"clusterVersions": versions})


def add_ons(request, full_url, headers):
    """ListAddons and DescribeAddon; no cluster has an add-on unless its tag says so."""
    region = headers["Authorization"].split("/")[2]
    _, _, cluster, _, *names = urllib.parse.urlparse(full_url).path.split("/")
    setting = vpc_cni.get((region, urllib.parse.unquote(cluster)))
    installed = [] if setting is None else ["vpc-cni"]
    json_type = {"Content-Type": "application/json"}
    if not names:
        return 200, json_type, json.dumps({"addons": installed})
    if names[0] not in installed:
        missing = {"x-amzn-ErrorType": "ResourceNotFoundException"}
        return 404, json_type | missing, json.dumps({"message": f"No addon: {names[0]} found in cluster: {cluster}"})
    addon = {
        "addonName": "vpc-cni",
        "clusterName": cluster,
        "status": "ACTIVE",
        "addonVersion": "v1.23.1-eksbuild.1",
        "health": {"issues": []},
        "configurationValues": json.dumps({"enableNetworkPolicy": setting}),
    }
    return 200, json_type, json.dumps({"addon": addon})


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
moto.eks.urls.url_paths["{0}/cluster-versions$"] = cluster_versions
moto.eks.urls.url_paths["{0}/clusters/(?P<name>[^/]+)/addons$"] = add_ons
moto.eks.urls.url_paths["{0}/clusters/(?P<name>[^/]+)/addons/(?P<addon>[^/]+)$"] = add_ons
main(sys.argv[1:])
