use super::*;

#[test]
fn memories_share_one_limit() {
    let mut limiter = Limiter::new(1000);
    assert!(limiter.memory_growing(0, 600, None).unwrap());
    assert!(limiter.memory_growing(0, 399, None).unwrap());
    assert!(limiter.memory_growing(399, 400, None).unwrap());
    assert_eq!(limiter.refused(), None);
    assert!(!limiter.memory_growing(600, 601, None).unwrap());
    assert_eq!(limiter.refused(), Some(Refused::Memory { wanted: 1001, max: 1000 }));
}

#[test]
fn what_a_module_forbids_itself_is_not_counted() {
    let mut limiter = Limiter::new(1000);
    assert!(limiter.memory_growing(0, 900, Some(500)).unwrap(), "wasmtime refuses it");
    assert!(limiter.memory_growing(0, 1000, None).unwrap());
}

#[test]
fn tables_have_v8s_limit() {
    for (elements, allowed) in
        [(TABLE_ELEMENTS_MAX - 1, true), (TABLE_ELEMENTS_MAX, true), (TABLE_ELEMENTS_MAX + 1, false)]
    {
        let mut limiter = Limiter::new(0);
        assert_eq!(limiter.table_growing(0, elements, None).unwrap(), allowed);
        assert_eq!(limiter.refused().is_none(), allowed);
    }
}

#[test]
fn a_refusal_that_the_module_survives_is_told_once() {
    let mut limiter = Limiter::new(0);
    for told in [true, false] {
        limiter.begin();
        assert!(!limiter.memory_growing(0, 1, None).unwrap());
        assert_eq!(limiter.refused_first().is_some(), told);
    }
    limiter.begin();
    assert_eq!(limiter.refused(), None);
}
