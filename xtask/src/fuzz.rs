//! `cargo xtask fuzz`: octets that nobody should send, for as long as one likes, to every reader of what comes from outside.
//!
//! The targets are property tests, and a bounded run of each is part of the unit tests. Here they are given more cases in each round, and
//! other ones every time. What broke a reader is written beside its test, into `proptest-regressions`, and is tried first from then on.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;

use crate::command;
use crate::test::cargo_native;

/// The readers, and the tests that feed them.
const TARGETS: &[(&str, &str)] = &[
    (
        "access tokens",
        "identity::token::tests::no_text_and_no_altered_token_is_accepted",
    ),
    (
        "sealed fields",
        "platform::keys::tests::no_octets_open_that_were_not_sealed",
    ),
    (
        "signed calls of the police systems",
        "upstream::receive::tests::no_headers_make_the_reader_of_signed_calls_panic_or_believe",
    ),
    (
        "payment notices",
        "fines::wechat::notice::tests::no_notice_makes_the_readers_panic",
    ),
    (
        "bills of the day",
        "fines::wechat::bills::tests::no_file_makes_the_reader_of_bills_panic",
    ),
    (
        "CMPP frames",
        "notify::cmpp::frame::tests::no_body_makes_a_reader_panic",
    ),
    (
        "reports of delivery",
        "notify::receipts::tests::no_report_makes_the_reader_panic",
    ),
    (
        "answers of Aliyun",
        "notify::aliyun::tests::no_body_is_taken_for_an_acceptance_by_accident",
    ),
    (
        "answers of Tencent",
        "notify::tencent::tests::no_body_is_taken_for_an_acceptance_by_accident",
    ),
    (
        "cursors of lists",
        "notify::list::tests::no_cursor_makes_the_reader_panic",
    ),
    (
        "ID numbers, phones, names, codes",
        "identity::rules::tests::no_text_makes_the_parsers_panic",
    ),
    (
        "case numbers",
        "cases::rules::tests::no_text_makes_the_reader_of_case_numbers_panic",
    ),
    ("QR slips", "slips::token::tests::no_text_makes_the_reader_panic"),
    (
        "altered QR slips",
        "slips::token::tests::a_single_flipped_bit_is_never_accepted",
    ),
    (
        "events of WeChat",
        "platform::official_account::events::tests::nothing_makes_the_reader_panic",
    ),
    (
        "base45 of QR slips",
        "slips::encoding::tests::no_text_makes_the_reader_panic",
    ),
    (
        "what authenticators write",
        "identity::passkeys::octets::tests::no_octets_make_the_reader_fall",
    ),
    (
        "altered attestations of passkeys",
        "identity::passkeys::octets::tests::an_altered_attestation_is_read_or_refused",
    ),
    ("pictures", "image::tests::no_octets_make_the_reader_of_pictures_panic"),
];

#[derive(Args)]
pub struct Arguments {
    /// For how many minutes new cases are tried.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// How many cases each target is given in a round.
    #[arg(long, default_value_t = 20_000)]
    cases: u32,
}

/// `cargo xtask fuzz`.
pub fn fuzz(arguments: &Arguments) -> Result<()> {
    let mut compile = cargo_native("test");
    command::run(compile.args(["--lib", "--no-run"]))?;
    let (begun, limit) = (Instant::now(), Duration::from_secs(arguments.minutes * 60));
    let mut rounds = 0;
    while rounds == 0 || begun.elapsed() < limit {
        round(arguments.cases)?;
        rounds += 1;
    }
    println!(
        "\n{rounds} rounds of {} cases each in {} s:",
        arguments.cases,
        begun.elapsed().as_secs()
    );
    for (what, test) in TARGETS {
        println!("  {what:<36} {test}");
    }
    Ok(())
}

fn round(cases: u32) -> Result<()> {
    let mut tests = cargo_native("test");
    tests.args(["--quiet", "--lib", "--", "--exact"]);
    tests.args(TARGETS.iter().map(|(_, test)| test));
    let said = command::read(tests.env("PROPTEST_CASES", cases.to_string()))?;
    let passed: usize = said
        .lines()
        .filter_map(|line| {
            line.strip_prefix("test result: ok. ")?
                .split(' ')
                .next()?
                .parse::<usize>()
                .ok()
        })
        .sum();
    // A test that was renamed would be left out in silence.
    ensure!(
        passed == TARGETS.len(),
        "{passed} of {} targets were found",
        TARGETS.len()
    );
    Ok(())
}
