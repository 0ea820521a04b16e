#!/usr/bin/env bash
# moto 5.2.5 (PyPI), with the boto3 that it brings.
# Guess: a security group takes 60 IPv4 and 60 IPv6 rules, as AWS has it: "this limit is enforced
# separately for IPv4 rules and IPv6 rules"
# (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
# Seen: 60 IPv4 rules fill the group, and the first IPv6 rule is refused.
# Why it matters: a test of a tool that fills both quotas fails on moto, and passes on AWS.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5'
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-west-1
seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
import boto3, moto
from botocore.exceptions import ClientError

with moto.mock_aws():
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ipv4 = [{"CidrIp": f"10.1.{i}.0/24"} for i in range(60)]
    def add(**sources):
        try:
            said = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{**rule, **sources}])
            return len(said["SecurityGroupRules"])
        except ClientError as error:
            return error.response["Error"]["Code"]
    print(moto.__version__)
    print("60 IPv4 rules:", add(IpRanges=ipv4))
    print("1 IPv6 rule:", add(Ipv6Ranges=[{"CidrIpv6": "2001:db8::/64"}]))
PYTHON
)
echo "$seen"
[ "$seen" = "5.2.5
60 IPv4 rules: 60
1 IPv6 rule: RulesPerSecurityGroupLimitExceeded" ] || { echo "this has changed" >&2; exit 1; }
