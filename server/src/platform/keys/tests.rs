use super::*;

const PHONE: Field = Field::new("residents", "phone");

fn keys_of(octet: u8) -> Keys {
    let master = Master::of(&[octet; SECRET_LEN]).unwrap();
    let root = *master.first_root();
    Keys::with(master, root).unwrap()
}

#[test]
fn a_field_opens_only_in_its_own_row_and_column() {
    let keys = keys_of(7);
    let row = Uuid::from_u128(1);
    let sealed = keys.seal(PHONE, row, "13800000001").unwrap();
    assert_eq!(keys.open(PHONE, row, &sealed).unwrap(), "13800000001");
    assert_eq!(keys.open(PHONE, Uuid::from_u128(2), &sealed), Err(CannotOpen));
    assert_eq!(
        keys.open(Field::new("residents", "name"), row, &sealed),
        Err(CannotOpen)
    );
    assert_eq!(keys_of(8).open(PHONE, row, &sealed), Err(CannotOpen));
}

#[test]
fn altered_and_shortened_ciphertexts_are_refused() {
    let keys = keys_of(7);
    let row = Uuid::from_u128(1);
    let sealed = keys.seal(PHONE, row, "13800000001").unwrap();
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert_eq!(keys.open(PHONE, row, &altered), Err(CannotOpen), "byte {at}");
        assert_eq!(keys.open(PHONE, row, &sealed[..at]), Err(CannotOpen), "cut at {at}");
    }
}

#[test]
fn what_one_key_has_sealed_opens_after_another_seals_and_only_where_that_is_known() {
    let (keys, other) = (keys_of(7), keys_of(7));
    let (row, now) = (Uuid::from_u128(1), Instant::UNIX_EPOCH);
    let before = keys.seal(PHONE, row, "13800000001").unwrap();
    keys.add(Purpose::Field, 2, INTERNATIONAL, &[9; SECRET_LEN], now)
        .unwrap();
    keys.turn(now - chrono::TimeDelta::seconds(1));
    assert_eq!(keys.sealing(), 1, "a key is known before it seals");
    keys.turn(now);
    let after = keys.seal(PHONE, row, "13800000001").unwrap();
    assert_eq!((before[0], after[0]), (1, 2));
    for sealed in [&before, &after] {
        assert_eq!(keys.open(PHONE, row, sealed).unwrap(), "13800000001");
    }
    assert_eq!(other.open(PHONE, row, &after), Err(CannotOpen));
    other
        .add(Purpose::Field, 2, INTERNATIONAL, &[9; SECRET_LEN], now)
        .unwrap();
    assert_eq!(other.open(PHONE, row, &after).unwrap(), "13800000001");
}

#[test]
fn a_wrapped_key_is_bound_to_its_purpose_number_and_master_key() {
    let master = Master::of(&[7; SECRET_LEN]).unwrap();
    let place = |purpose, number| Place {
        purpose,
        number,
        suite: INTERNATIONAL.name(),
    };
    let field = place(Purpose::Field, 2);
    let wrapped = master.wrap(field, INTERNATIONAL, &[9; SECRET_LEN]).unwrap();
    assert_eq!(master.unwrap(field, INTERNATIONAL, &wrapped).unwrap(), [9; SECRET_LEN]);
    for other in [place(Purpose::Field, 3), place(Purpose::Token, 2)] {
        assert!(master.unwrap(other, INTERNATIONAL, &wrapped).is_err(), "{other:?}");
    }
    let stranger = Master::of(&[8; SECRET_LEN]).unwrap();
    assert_ne!(master.id(), stranger.id());
    assert!(stranger.unwrap(field, INTERNATIONAL, &wrapped).is_err());
}

#[test]
fn keys_of_the_first_program_are_what_they_were() {
    // What was sealed, indexed and signed before keys had rings has to be found and opened for ever.
    let keys = keys_of(7);
    assert_eq!(
        hex::encode(keys.blind_index("phone", "13800000001")),
        "8ddc85dfc5e9c98751c58379ee508e3691ab8970754aae6e8b44931fabb3aa30"
    );
    let sealed =
        hex::decode("01000102030405060708090a0bbe00e0865911b43828317645fddfaaaaa6dfd5de7232822cdfbd1f").unwrap();
    assert_eq!(keys.open(PHONE, Uuid::from_u128(1), &sealed).unwrap(), "13800000001");
}

#[test]
fn the_same_text_is_sealed_differently_and_indexed_alike() {
    let keys = keys_of(7);
    let row = Uuid::from_u128(1);
    assert_ne!(keys.seal(PHONE, row, "x").unwrap(), keys.seal(PHONE, row, "x").unwrap());
    assert_eq!(keys.blind_index("phone", "x"), keys.blind_index("phone", "x"));
    assert_ne!(keys.blind_index("phone", "x"), keys.blind_index("id", "x"));
}

proptest::proptest! {
    #[test]
    fn no_octets_open_that_were_not_sealed(octets: Vec<u8>, number: u8) {
        let keys = keys_of(7);
        let row = Uuid::from_u128(1);
        proptest::prop_assert_eq!(keys.open(PHONE, row, &octets), Err(CannotOpen));
        proptest::prop_assert_eq!(keys.open(PHONE, row, &[&[1], octets.as_slice()].concat()), Err(CannotOpen));
        proptest::prop_assert_eq!(keys.unwrap_earlier(number, &octets), Err(CannotOpen));
    }
}
