use super::without_conditionals;

#[test]
fn what_is_conditional_is_off() {
    let template = "a\n\n  {{- if .Values.proxyProtocol.enabled }}\nb\n  {{- end }}\nc\n";
    assert_eq!(without_conditionals(template).unwrap(), "a\n\nc\n");
}

#[test]
fn what_nobody_has_decided_on_is_an_error() {
    for template in ["{{ .Release.Name }}\n", "{{- if .Values.other }}\n{{- end }}\n", "{{- end }}\n"] {
        assert!(without_conditionals(template).is_err(), "{template}");
    }
}
