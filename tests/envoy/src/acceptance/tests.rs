use std::collections::BTreeSet;

use anyhow::bail;
use tokio::task::LocalSet;

use super::{crowd, crowd_address};
use envoy_suite::runner::TestProgress;

#[test]
fn clients_of_a_crowd_have_addresses_of_their_own_in_the_test_network() {
    let addresses: BTreeSet<_> = (0..131_072).map(|index| crowd_address(index).ip()).collect();
    assert_eq!(addresses.len(), 131_072);
    assert_eq!(addresses.first().unwrap().to_string(), "198.18.0.0");
    assert_eq!(addresses.last().unwrap().to_string(), "198.19.255.255");
}

#[tokio::test(flavor = "current_thread")]
async fn a_crowd_tells_how_many_went_wrong() {
    let progress = TestProgress::of("crowd");
    let odd = async |index: usize| if index % 2 == 1 { bail!("odd") } else { Ok(index) };
    let story = async {
        let error = crowd(&progress, 5, odd).await.unwrap_err().to_string();
        assert_eq!(error, "2 of 5 clients went wrong; the first: client 1: odd");
        assert_eq!(crowd(&progress, 1, odd).await.unwrap(), [0]);
    };
    LocalSet::new().run_until(story).await;
}
