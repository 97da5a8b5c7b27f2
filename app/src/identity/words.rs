//! What the pages of identity say.

use crate::language::{Language, words};

/// A language, in itself.
pub const fn language_name(language: Language) -> &'static str {
    match language {
        Language::Chinese => "中文",
        Language::English => "English",
    }
}

words! {
    PAIR_BOARD: "配对叫号大屏" / "Pair this screen";
    PAIR_KIOSK: "配对取号机" / "Pair this ticket machine";
    PAIR_HOW: "请大厅管理员在后台“设备”页登记此设备，打开显示的配对地址，或在这里输入设备密钥。密钥只需输入一次。" / "The hall manager registers this device on the Devices page. Open the address shown there, or type the key here, once.";
    PAIR: "配对" / "Pair";
    DEVICE_KEY: "设备密钥" / "Device key";
    DEVICE_KEY_HINT: "5组字母和数字" / "5 groups of letters and digits";
    DEVICE_KEY_SHAPE: "密钥是25个字母和数字" / "A key has 25 letters and digits";
    OTHER_DEVICE: "此浏览器已配对为另一类设备。输入新密钥会改为新的设备。" / "This browser is paired as another kind of device. A new key makes it that device.";

    SIGN_IN: "登录" / "Sign in";
    SIGN_IN_WHY: "用手机号登录，首次登录自动开通。" / "Sign in with your mobile number. The first time opens your account.";
    PHONE: "手机号" / "Mobile number";
    PHONE_HINT: "11位手机号码" / "11 digits";
    PHONE_WRONG: "请填写11位大陆手机号码" / "Enter an 11-digit mainland mobile number";
    CODE: "验证码" / "Code";
    CODE_HINT: "短信中的6位数字" / "6 digits";
    CODE_WRONG: "验证码是6位数字" / "The code has 6 digits";
    GET_CODE: "获取验证码" / "Get a code";
    CODE_AGAIN: "{}秒后可重发" / "Again in {} s";
    CODE_SENT: "验证码已发送，5分钟内有效" / "The code was sent and works for 5 minutes";
    SIGNED_IN: "登录成功" / "Signed in";
    WECHAT_SIGN_IN: "微信一键登录" / "Sign in with WeChat";
    WECHAT_UNLINKED_WHY: "此微信还没有绑定账号。请用手机号登录一次，登录后自动绑定，以后一键登录。" / "This WeChat is not linked yet. Sign in once with your number; it is then linked and enough from next time.";
    KEPT_CHOICE: "您选好的内容已保留，登录后继续。" / "What you chose is kept. Sign in to go on.";
    PRIVACY: "手机号和身份信息加密保存，只用于办理您的事项。" / "Your number and identity are stored encrypted and used only for your own matters.";

    ME: "我的" / "Me";
    ACCOUNT: "账号" / "Account";
    PERSON: "实名信息" / "Identity";
    NAME: "姓名" / "Name";
    NAME_HINT: "与身份证一致" / "As on the ID card";
    NAME_WRONG: "请填写2至50个字的姓名" / "Enter a name of 2 to 50 letters";
    ID_NUMBER: "身份证号" / "ID number";
    ID_NUMBER_HINT: "18位，最后一位可为X" / "18 characters, may end in X";
    ID_SHAPE: "身份证号是17位数字加一位数字或X" / "An ID number has 17 digits and a digit or X";
    ID_BIRTH_DATE: "身份证号中的出生日期不存在" / "The birth date inside the number does not exist";
    ID_CHECK: "校验位不符，请核对是否输错" / "The last character does not match. Check for a typing error";
    BIND: "完成实名认证" / "Confirm identity";
    BIND_WHY: "预约和办理都需要实名，只需认证一次。" / "Booking needs a confirmed identity. You do this once.";
    BOUND: "实名认证成功" / "Identity confirmed";
    FAMILY: "家庭成员" / "Family";
    FAMILY_WHY: "可以替老人、孩子预约。" / "You can book for elders and children.";
    FAMILY_ADD: "添加家庭成员" / "Add a family member";
    FAMILY_ADDED: "已添加" / "Added";
    FAMILY_REMOVED: "已移除" / "Removed";
    FAMILY_REMOVE: "移除" / "Remove";
    FAMILY_REMOVE_ASK: "移除{}后，不能再替其预约；已有的预约不受影响。" / "After removing {} you can no longer book for them. Existing bookings stay.";
    RELATION: "关系" / "Relation";
    RELATION_HINT: "如：母亲、儿子" / "Such as mother, son";
    RELATION_WRONG: "请填写1至10个字" / "Enter 1 to 10 characters";
    CANCEL: "取消" / "Cancel";
    MINE: "我的事项" / "My affairs";
    FINES: "交通罚款" / "Traffic fines";
    CASES: "我的案件" / "My cases";
    SLIPS: "我的凭证" / "My slips";
    SETTINGS: "设置" / "Settings";
    LANGUAGE: "语言" / "Language";
    ELDER: "大字模式" / "Larger type";
    ELDER_WHY: "字更大，按钮更大" / "Larger type and buttons";
    SIGN_OUT: "退出登录" / "Sign out";
    SIGNED_OUT: "已退出登录" / "Signed out";
    SIGN_IN_FIRST: "登录后可查看个人信息和预约" / "Sign in to see your details and bookings";

    ACCOUNT_SAFETY: "账号与隐私" / "Account and privacy";
    SESSIONS: "登录的设备" / "Where you are signed in";
    SESSION_HERE: "本机" / "This device";
    SESSION_ENDED: "已退出该设备" / "Signed out there";
    UNKNOWN_CLIENT: "未知设备" / "Unknown device";
    SINCE: "登录于{}" / "Since {}";
    CHANGE_PHONE: "更换手机号" / "Change the number";
    OLD_PHONE: "原手机号" / "Present number";
    NEW_PHONE: "新手机号" / "New number";
    PHONE_CHANGED: "手机号已更换" / "The number is changed";
    LOST_PHONE: "原号码已停用的，请携带身份证到任一大厅窗口办理。" / "If the present number is gone, bring your ID card to a counter of any hall.";
    WECHAT: "微信" / "WeChat";
    WECHAT_LINKED: "已绑定，可一键登录" / "Linked; it signs you in";
    WECHAT_SINCE: "绑定于{}" / "Since {}";
    WECHAT_NONE: "未绑定。在微信中打开本页面并登录，即可绑定。" / "Not linked. Open this service inside WeChat and sign in there.";
    WECHAT_NOTICES: "通知发到微信" / "Notices in WeChat";
    WECHAT_NOTICES_WHY: "微信发不到时改发短信；法定告知始终发短信" / "By text where WeChat does not deliver; what the law wants told is always texted";
    UNLINK: "解绑" / "Unlink";
    UNLINKED: "已解绑，其他设备已退出" / "Unlinked. Other devices are signed out";
    REPRESENTATIVES: "可替我办理的人" / "Who may act for you";
    NO_REPRESENTATIVES: "没有人把您添加为家庭成员" / "Nobody has added you to their family";
    REFUSE: "取消授权" / "End it";
    UNTIL: "有效期至{}" / "Until {}";
    PASSKEYS: "通行密钥" / "Passkeys";
    PASSKEY: "添加于{}" / "Added {}";
    PASSKEY_USED: "最近使用：{}" / "Last used {}";
    PASSKEY_WHY: "用指纹、面容或锁屏密码登录，不怕短信被骗。设置后，更换手机号、下载数据、注销和委托他人都要用它验证。" / "Sign in by fingerprint, face or screen lock; no code can be talked out of you. Once there is one, changing the number, downloading data, closing the account and naming somebody to act for you take it.";
    PASSKEY_LOST: "通行密钥丢失的，请携带身份证到任一大厅窗口办理。" / "If a passkey is lost, bring your ID card to a counter of any hall.";
    PASSKEY_ELSEWHERE: "此浏览器（如微信内）不支持通行密钥。请点右上角菜单，选择“在浏览器打开”后再操作。" / "This browser, such as the one inside WeChat, has no passkeys. Open this page in the phone's own browser from the menu at the top right.";
    PASSKEY_ADD: "添加通行密钥" / "Add a passkey";
    PASSKEY_ADDED: "已添加，下次可用它登录" / "Added. It signs you in from now on";
    PASSKEY_NAME: "名称" / "Name";
    PASSKEY_NAME_HINT: "如：我的手机" / "Such as: my phone";
    PASSKEY_NAME_WRONG: "请填写1至20个字的名称" / "Enter a name of 1 to 20 characters";
    PASSKEY_NOT_MADE: "没有添加：已取消，或此设备已添加过" / "Not added: it was cancelled, or this device has one already";
    PASSKEY_NOT_USED: "没有验证：已取消，或此设备没有本站的通行密钥" / "Not used: it was cancelled, or this device has no passkey for this site";
    PASSKEY_RENAME: "改名" / "Rename";
    PASSKEY_RENAMED: "已改名" / "Renamed";
    PASSKEY_REMOVE: "移除" / "Remove";
    PASSKEY_REMOVE_ASK: "移除后，不能再用这个通行密钥登录。确定移除？" / "This passkey will no longer sign you in. Remove it?";
    PASSKEY_REMOVED: "已移除" / "Removed";
    PASSKEY_SIGN_IN: "用通行密钥登录" / "Sign in with a passkey";
    PASSKEY_SIGN_IN_WHY: "用本机的指纹、面容或锁屏密码登录，不用等短信。" / "By this device's fingerprint, face or screen lock; no text to wait for.";
    SIGN_IN_BY_PHONE: "改用手机号登录" / "Sign in with the mobile number";
    SERVICE_NAME: "便民服务" / "Bianmin";
    PROVE: "请验证是您本人" / "Show that it is you";
    PROVE_WHY: "验证码已发到您账号的手机，只用于这一步。" / "A code was texted to your account's phone. It is good for this step only.";
    PROVEN_BY_CODE: "验证并继续" / "Verify and go on";

    CONSENTS: "我的授权同意" / "What you agreed to";
    CONSENTS_WHY: "撤回不影响撤回前已办理的事项；办理具体业务时依法必须处理的信息，不依赖此处的同意。" / "Taking it back does not touch what was done before. What the law requires for a matter does not depend on these.";
    CONSENT_PRIVACY: "隐私政策" / "Privacy notice";
    CONSENT_PRIVACY_WHY: "了解本服务如何处理您的信息" / "How this service handles your data";
    CONSENT_SENSITIVE: "敏感个人信息（单独同意）" / "Sensitive data (separate consent)";
    CONSENT_SENSITIVE_WHY: "身份证号等，用于实名认证" / "The ID number and the like, to confirm who you are";
    CONSENT_REMINDERS: "提醒短信" / "Reminders by text";
    CONSENT_REMINDERS_WHY: "办理事项必需之外的提醒" / "Beyond what a matter under way needs";
    CONSENT_NONE: "没有记录" / "No record";
    CONSENT_SINCE: "版本{}，同意于{}" / "Version {}, agreed {}";
    CONSENT_UNTIL: "，撤回于{}" / ", taken back {}";
    CONSENT_GIVE: "同意" / "Agree";
    CONSENT_GIVEN: "已同意" / "Agreed";
    CONSENT_TAKE_BACK: "撤回" / "Take back";
    CONSENT_TAKEN_BACK: "已撤回" / "Taken back";

    MY_DATA: "我的数据" / "Your data";
    DOWNLOAD: "下载" / "Download";
    DOWNLOAD_DATA: "下载我的全部数据" / "Download everything held of you";
    DOWNLOAD_WHY: "含每项数据的保存依据" / "With the reason why each part is kept";
    CLOSE_ACCOUNT: "注销账号" / "Close the account";
    CLOSE_ASK: "注销后不能恢复。法律要求保存的记录（缴款、处罚、案件）继续保存，其余删除。确定注销？" / "A closed account cannot be reopened. Records that the law makes us keep (payments, penalties, cases) stay, the rest is deleted. Close it?";
    CLOSED: "账号已注销" / "The account is closed";

    STAFF_SIGN_IN: "工作人员登录" / "Staff sign-in";
    USERNAME: "账号" / "Username";
    USERNAME_HINT: "工作账号" / "Your staff account";
    PASSWORD: "密码" / "Password";
    TOTP: "动态口令" / "One-time code";
    TOTP_HINT: "验证器上的6位数字" / "6 digits from the authenticator";
    TOTP_WRONG: "动态口令是6位数字" / "The one-time code has 6 digits";
    REQUIRED: "请填写" / "Required";
    BEGIN_ACCOUNT: "首次登录" / "First sign-in";
    BEGIN_ACCOUNT_HOW: "请绑定验证器，并把初始密码换成自己的密码。" / "Set up an authenticator and replace the first password by one of your own.";
    SCAN: "用验证器应用扫描此二维码" / "Scan this code with an authenticator";
    SECRET: "或手工输入密钥：" / "or type the secret:";
    NEW_PASSWORD: "新密码" / "New password";
    NEW_PASSWORD_HINT: "至少12个字符，可以是一句话" / "At least 12 characters; a sentence will do";
    NEW_PASSWORD_WRONG: "至少12个字符，不用常见密码" / "At least 12 characters, and not a common password";
    CHOOSE_PASSWORD: "设置并登录" / "Set it and sign in";
    SIGN_IN_AGAIN: "请重新登录" / "Sign in again";
    SIGN_IN_AGAIN_HOW: "离开时间过长或登录已到期。本页内容都还在，登录后再点一次即可。" / "You were away for a while, or the session was over. Everything on this page is still there: sign in and do it once more.";
    ACCOUNT_CHANGED: "上次登录后，您的账号有变更" / "Your account was changed since you signed in before";
    PASSWORD_CHANGED: "{}设置了新密码" / "{}: another password was chosen";
    AUTHENTICATOR_CHANGED: "{}绑定了新的动态口令验证器" / "{}: an authenticator was set up";
    RESET_CHANGED: "{}安全管理员重置了账号" / "{}: the security administrator reset the account";
    CHANGES_NOT_MINE: "如非本人操作，请立即联系安全管理员。" / "If this was not you, tell the security administrator at once.";
    CHANGES_KNOWN: "是我操作的" / "It was me";
    NOT_STAFF: "当前登录的不是工作人员账号" / "The account that is signed in is not a staff account";
}
