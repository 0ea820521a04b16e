#!/usr/bin/env bash
# python-hcl2 8.1.4 (PyPI).
# Guess: `loads` returns the text that a quoted string of Terraform stands for.
# Seen: it returns the string as it is written: with its quotes, with \" and \\, and with $${ for ${.
# Why it matters: a description or CIDR of a rule that is read back equals nothing that was meant.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-hcl2==8.1.4
cat >"$work/rule.tf" <<'HCL'
resource "aws_vpc_security_group_ingress_rule" "web" {
  cidr_ipv4   = "10.0.0.0/8"
  description = "the \"web\" rule, $${not} a template"
}
HCL
seen=$("$work/venv/bin/python" - "$work/rule.tf" <<'PYTHON'
import importlib.metadata, sys
import hcl2

print(importlib.metadata.version("python-hcl2"))
rule = hcl2.loads(open(sys.argv[1]).read())["resource"][0]
for named in rule.values():
    for attributes in named.values():
        print(attributes["cidr_ipv4"])
        print(attributes["description"])
PYTHON
)
echo "$seen"
[ "$seen" = '8.1.4
"10.0.0.0/8"
"the \"web\" rule, $${not} a template"' ] || { echo "this has changed" >&2; exit 1; }
