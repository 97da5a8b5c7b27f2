//! `/services`: the catalogue.

use std::{fs, io::Read, process::Command, time::Duration};

use reqwest::{Method, header};
use server::{content, platform::Platform};
use shared::problem::{MALFORMED, NOT_FOUND};
use tokio::time::{sleep, timeout};

use crate::support::{Answer, TestApp, root};

async fn names(app: &TestApp, query: &str) -> Vec<String> {
    let query = percent_encoding::utf8_percent_encode(query, percent_encoding::NON_ALPHANUMERIC);
    let request = app
        .anyone()
        .outside(reqwest::Method::GET, &format!("/api/v1/services?q={query}"));
    let found = Answer::of(request).await.expect(200);
    found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_call_a_thing_finds_it() {
    let app = TestApp::start().await;
    for (said, meant) in [
        ("身份证丢了", "补领"),
        ("我的身份证不见了怎么办", "补领"),
        ("驾照到期", "期满换证"),
        ("小孩上户口", "出生"),
        ("无犯罪证明", "无犯罪记录"),
        ("护照过期", "护照"),
        ("改名字", "姓名"),
        ("车牌坏了", "号牌"),
    ] {
        let found = names(&app, said).await;
        assert!(
            found.iter().take(3).any(|name| name.contains(meant)),
            "{said}: {found:?}"
        );
    }
    assert!(names(&app, "量子纠缠").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalogue_has_sixty_services_in_four_families_each_complete() {
    let app = TestApp::start().await;
    let all = app.anyone().get("/services").await.expect(200);
    let items = all["items"].as_array().unwrap();
    assert!(items.len() >= 60);
    for family in ["household", "exit-entry", "traffic", "public-order"] {
        let of_family = app
            .anyone()
            .get(&format!("/services?category={family}"))
            .await
            .expect(200);
        assert!(
            of_family["items"]
                .as_array()
                .unwrap()
                .iter()
                .all(|item| item["category"] == family)
        );
        assert!(of_family["items"].as_array().unwrap().len() >= 8, "{family}");
    }
    for item in items {
        let detail = app
            .anyone()
            .get(&format!("/services/{}", item["id"].as_str().unwrap()))
            .await
            .expect(200);
        assert!(
            !detail["legal_basis"].as_array().unwrap().is_empty(),
            "{}",
            item["code"]
        );
        assert!(!detail["materials"].as_array().unwrap().is_empty(), "{}", item["code"]);
        assert!(!detail["steps"].as_array().unwrap().is_empty(), "{}", item["code"]);
        assert!(!detail["halls"].as_array().unwrap().is_empty(), "{}", item["code"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_speaks_the_language_that_is_accepted() {
    let app = TestApp::start().await;
    let path = format!("/services/{}", app.service("id-card-replace-lost"));
    let english = app.anyone().get(&path).await.expect(200);
    assert!(english["name"].as_str().unwrap().is_ascii());
    // Whoever asks for no language is answered in Chinese.
    let chinese = reqwest::Client::builder().no_proxy().build().unwrap();
    let chinese = chinese
        .get(format!("{}/api/v1{path}", app.address))
        .send()
        .await
        .unwrap();
    let chinese: serde_json::Value = chinese.json().await.unwrap();
    assert!(chinese["name"].as_str().unwrap().contains("补领"));
    assert_eq!(chinese["fee_fen"], 4000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_service_and_an_unknown_family_are_refused() {
    let app = TestApp::start().await;
    app.anyone()
        .get("/services/0192e4a0-0000-7000-8000-000000000000")
        .await
        .refused(&NOT_FOUND);
    app.anyone().get("/services/no-id").await.refused(&NOT_FOUND);
    app.anyone().get("/services?category=cooking").await.refused(&MALFORMED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_nearest_free_time_of_every_hall_comes_soonest_first_and_full_times_are_passed_over() {
    let app = TestApp::start().await;
    let service = "id-card-replace-lost";
    let path = format!("/services/{}/nearest", app.service(service));
    let nearest = app.anyone().get(&path).await.expect(200);
    let found = nearest["items"].as_array().unwrap();
    assert!(found.len() > 1, "{nearest}");
    let begins: Vec<_> = found.iter().map(|one| one["window"]["starts_at"].as_str()).collect();
    assert!(begins.is_sorted(), "{begins:?}");
    for one in found {
        let windows = app
            .anyone()
            .get(&format!(
                "/halls/{}/windows?service_id={}",
                one["hall_id"].as_str().unwrap(),
                app.service(service)
            ))
            .await
            .expect(200);
        assert_eq!(one["window"], windows["items"][0]);
    }

    let first = app.windows("zhongxin", service).await[0].clone();
    app.execute(&format!(
        "UPDATE windows SET online_taken = online_quota WHERE id = {}",
        app.sql_id(&first["id"])
    ))
    .await;
    let another = app.another_instance().await;
    let nearest = another.anyone().get(&path).await.expect(200);
    let of_hall = nearest["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["hall_id"] == app.hall("zhongxin"))
        .unwrap();
    assert!(of_hall["window"]["starts_at"].as_str() > first["starts_at"].as_str());
    app.anyone()
        .get("/services/0192e4a0-0000-7000-8000-000000000000/nearest")
        .await
        .refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_packed_for_whoever_takes_gzip_and_not_sent_again_to_whoever_has_it() {
    let app = TestApp::start().await;
    let plain = app.anyone().get("/services").await;
    let packed = app
        .anyone()
        .request(Method::GET, "/services")
        .header(header::ACCEPT_ENCODING, "gzip, deflate, br");
    let packed = packed.send().await.unwrap();
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(packed.headers()[header::VARY], "Accept-Encoding, Accept-Language");
    let tag = packed.headers()[header::ETAG].clone();
    let octets = packed.bytes().await.unwrap();
    assert!(octets.len() * 3 < plain.text.len(), "{} octets", octets.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(&octets[..])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, plain.text);

    let again = async |tag: &header::HeaderValue, language: &str| {
        let request = app.anyone().outside(Method::GET, "/api/v1/services");
        let request = request.header(header::IF_NONE_MATCH, tag);
        Answer::of(request.header(header::ACCEPT_LANGUAGE, language)).await
    };
    assert_eq!(plain.headers[header::ETAG], tag);
    assert_eq!(again(&tag, "en").await.status, 304);
    assert_eq!(
        again(&tag, "zh-CN").await.status,
        200,
        "in another language it is another list"
    );
    let refused = app
        .anyone()
        .request(Method::GET, "/services")
        .header(header::ACCEPT_ENCODING, "gzip;q=0");
    assert!(
        !refused
            .send()
            .await
            .unwrap()
            .headers()
            .contains_key(header::CONTENT_ENCODING)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_program_imports_is_shown_without_a_restart() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .args([root().join("content/yunchuan"), folder.path().join("content")])
        .status();
    assert!(copied.unwrap().success());
    let file = folder
        .path()
        .join("content/services/household/id-card-replace-lost.toml");
    let before = fs::read_to_string(&file).unwrap();
    fs::write(&file, before.replace("居民身份证补领", "居民身份证丢失补领")).unwrap();

    // Embedded, the other program's bus is not the server's.
    let config = app.platform.config.as_ref().clone();
    let other = Platform::connect_with(config, app.clock.clone()).await.unwrap();
    content::import(&other, &folder.path().join("content")).await.unwrap();
    let shown = async {
        while !names(&app, "身份证丢了")
            .await
            .contains(&"居民身份证丢失补领".to_owned())
        {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(20), shown)
        .await
        .expect("the new name is shown");
}
