#!/usr/bin/env bash
# moto 5.2.5 (PyPI), with the boto3 that it brings.
# Guess: a rule from 10.1.2.3/24 becomes one from 10.1.2.0/24, as AWS has it: it "canonicalizes IPv4
# and IPv6 CIDRs" (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html), and
# adding both is a duplicate.
# Seen: the bits of the host stay, and both are rules of the group.
# Why it matters: rules that are read back are compared with rules that were written, and counted.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5'
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-west-1
seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
import boto3, moto

with moto.mock_aws():
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    for cidr in ["10.1.2.3/24", "10.1.2.0/24"]:
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": cidr}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    print(moto.__version__)
    print(sorted(rule["CidrIpv4"] for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]))
PYTHON
)
echo "$seen"
[ "$seen" = "5.2.5
['10.1.2.0/24', '10.1.2.3/24']" ] || { echo "this has changed" >&2; exit 1; }
