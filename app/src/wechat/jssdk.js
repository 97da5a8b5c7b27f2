// WeChat's JSSDK. It is loaded when a page first has a use for it, and shown the signature of every address that uses it.

let loading = null;
let open = null;

// The address that WeChat takes a page for. On iPhones and iPads that is the one under which the document was loaded, whatever the address
// has become since.
export function address() {
  const here = location.href;
  const [loaded] = performance.getEntriesByType ? performance.getEntriesByType("navigation") : [];
  const taken = new URL(loaded && /iPhone|iPad|iPod/.test(navigator.userAgent) ? loaded.name : here, here);
  return taken.pathname + taken.search;
}

export function isOpen(page) {
  return open === page;
}

function load(script) {
  loading = loading || new Promise((loaded, lost) => {
    const element = document.createElement("script");
    element.src = script;
    element.onload = loaded;
    element.onerror = () => {
      loading = null;
      lost();
    };
    document.head.append(element);
  });
  return loading;
}

// Resolves once WeChat has taken the signature of the page. WeChat calls `ready` after `error` too, which is then too late.
export async function show(page, script, appId, timestamp, nonceStr, signature) {
  await load(script);
  await new Promise((taken, refused) => {
    wx.error(refused);
    wx.ready(taken);
    const jsApiList = ["scanQRCode", "updateAppMessageShareData", "updateTimelineShareData"];
    wx.config({ debug: false, appId, timestamp, nonceStr, signature, jsApiList });
  });
  open = page;
}

// What a code says, or nothing when the user has left the scanner.
export function scan() {
  return new Promise((success, fail) => {
    wx.scanQRCode({
      needResult: 1,
      scanType: ["qrCode"],
      success: (answer) => success(answer.resultStr),
      cancel: () => success(null),
      fail,
    });
  });
}

// How the page is shared by WeChat's menu from now on.
export function name(title, desc, link, imgUrl) {
  wx.updateAppMessageShareData({ title, desc, link, imgUrl });
  wx.updateTimelineShareData({ title, link, imgUrl });
}
