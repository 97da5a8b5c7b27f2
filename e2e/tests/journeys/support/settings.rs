//! How a browser is set, and who is signed in with it.

use serde_json::json;

use super::{Browser, Resident, bureau};

impl Browser {
    /// Lets the device be light or dark.
    pub async fn prefers(&self, colours: &str) {
        let wish = json!({"features": [{"name": "prefers-color-scheme", "value": colours}]});
        self.devtools("Emulation.setEmulatedMedia", wish).await;
    }

    /// Has the page's site keep a setting, or forget it.
    pub async fn keeps(&self, name: &str, value: Option<&str>) {
        let script = "const [name, value] = arguments; value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value)";
        self.asks_with(script, vec![json!(name), json!(value)]).await;
    }

    /// Gives the browser a cookie of the page's site.
    pub async fn keeps_cookie(&self, name: &str, value: &str) {
        self.driver
            .add_cookie(thirtyfour::Cookie::new(name, value))
            .await
            .unwrap();
    }

    /// Forgets whoever is signed in, as if their sessions had ended, while the page stays as it is.
    pub async fn loses_its_sessions(&self) {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
    }

    /// Gives the browser the session of a resident who signed in elsewhere.
    pub async fn becomes_the_phone_of(&self, resident: &Resident) {
        self.opens("/").await;
        self.is_the_phone_of(resident).await;
    }

    /// The same, where a page of the bureau is open already.
    pub async fn is_the_phone_of(&self, resident: &Resident) {
        self.asks("localStorage.setItem('signed-in', '1')").await;
        self.keeps_cookie("bianmin-resident-access", &resident.token).await;
    }

    /// Signs a clerk in.
    pub async fn signs_in_as_staff(&self, username: &str) {
        self.signs_in_at("/console", username).await;
        self.sees("选择窗口开始值守").await;
    }

    /// Signs a member of staff in at one of the staff's pages.
    pub async fn signs_in_at(&self, page: &str, username: &str) {
        self.opens(page).await;
        let [username, password, totp] = bureau::credentials(username).await;
        self.types("username", &username).await;
        self.types("password", &password).await;
        self.types("totp", &totp).await;
        self.presses("登录").await;
    }
}
