//! Terraform, and what is in its files.

use std::process::Command;

use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use hcl_edit::visit::{Visit, visit_expr};
use proptest::prelude::*;

/// The binary of Terraform or OpenTofu, where there is one.
pub(crate) fn terraform() -> Option<&'static str> {
    let runs =
        |name: &&str| Command::new(name).arg("version").output().is_ok_and(|o| o.status.success());
    let found = ["terraform", "tofu"].into_iter().find(runs);
    if found.is_none() {
        eprintln!("skipped: there is neither terraform nor tofu");
    }
    found
}

/// Every string of a file, in which there is no template.
pub(crate) fn strings(body: &Body) -> Vec<String> {
    struct Strings(Vec<String>);
    impl Visit for Strings {
        fn visit_expr(&mut self, node: &Expression) {
            match node {
                Expression::String(text) => self.0.push(text.as_str().to_owned()),
                Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => panic!("{node}"),
                _ => visit_expr(self, node),
            }
        }
    }
    let mut strings = Strings(Vec::new());
    strings.visit_body(body);
    strings.0
}

/// Text in which expressions of Terraform are likely.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[$%{}\"\\\\\n\r #/*a~]{0,12}"]
}
