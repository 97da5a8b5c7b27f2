//! A browser inside WeChat: it keeps the cookie that it is given, and its user answers by being there.

use reqwest::{Method, header};
use serde_json::{Value, json};

use super::{Answer, Client, TestApp};

pub struct WechatBrowser<'a> {
    app: &'a TestApp,
    /// Whose WeChat it is.
    phone: String,
    cookie: Option<String>,
}

/// What WeChat sends back by the browser.
pub struct Returned {
    pub code: String,
    pub state: String,
}

impl<'a> WechatBrowser<'a> {
    pub fn of(app: &'a TestApp, phone: &str) -> Self {
        Self {
            app,
            phone: phone.to_owned(),
            cookie: None,
        }
    }

    /// Asks WeChat who the user is, and comes back with the answer.
    pub async fn ask(&mut self) -> Returned {
        let answer = self
            .post("/auth/wechat-questions", json!({ "next": "/cases?from=me" }))
            .await;
        let asked = answer.expect(201);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        self.cookie = cookie.split(';').next().map(ToOwned::to_owned);
        let url = asked["authorize_url"].as_str().unwrap().replace("#wechat_redirect", "");
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        // The sandbox is told whose phone it is; WeChat knows.
        let answer = http.get(format!("{url}&phone={}", self.phone)).send().await.unwrap();
        let back = answer.headers()[header::LOCATION].to_str().unwrap();
        let back = reqwest::Url::parse(back).unwrap();
        let value = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert!(
            back.as_str().starts_with(&format!("{}/login?", self.app.address)),
            "{back}"
        );
        assert_eq!(value("next"), "/cases?from=me");
        Returned {
            code: value("code"),
            state: value("state"),
        }
    }

    /// Brings the answer to the server.
    pub async fn answer(&self, returned: &Returned) -> Answer {
        let body = json!({ "code": returned.code, "state": returned.state });
        self.post("/auth/wechat-sessions", body).await
    }

    /// Signs in by phone and code, with the WeChat that waits under a state.
    pub async fn sign_in(&self, phone: &str, state: &str) -> Value {
        self.app
            .anyone()
            .post("/auth/sms-codes", json!({ "phone": phone, "purpose": "login" }))
            .await
            .expect(202);
        let code = self.app.texted_code(phone).await;
        let body = json!({ "phone": phone, "code": code, "wechat_state": state });
        self.post("/auth/sessions", body).await.expect(201)
    }

    /// Links this WeChat to the account of its phone, as somebody does who comes for the first time.
    pub async fn link(&mut self) -> Client {
        let returned = self.ask().await;
        self.answer(&returned)
            .await
            .refused(&shared::identity::wire::WECHAT_UNLINKED);
        let phone = self.phone.clone();
        let session = self.sign_in(&phone, &returned.state).await;
        Client::new(&self.app.address, session["access_token"].as_str())
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        let request = self.app.anyone().request(Method::POST, path).json(&body);
        let request = match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        };
        Answer::of(request).await
    }
}
