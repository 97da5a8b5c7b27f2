// What must work before the program does, or without it. It loads beside the painted page and never holds it up.
(function () {
  var root = document.documentElement;
  var kept = function (name) {
    try { return localStorage.getItem(name); } catch (refused) { return null; }
  };
  if (kept("elder")) root.classList.add("elder");
  if (kept("signed-in")) root.classList.add("known");
  // What is painted is the home page in Chinese; whoever comes for something else sees that it is being prepared.
  var language = kept("language") || navigator.language || "zh";
  if (location.pathname !== "/" || language.slice(0, 2) === "en") root.classList.add("pending");

  if (typeof WebAssembly !== "object") {
    var tell = function () {
      root.classList.remove("pending");
      document.getElementById("no-wasm").hidden = false;
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", tell);
    else tell();
    return;
  }

  // The list of services is asked for while the program that shows it is on its way.
  if (location.pathname === "/services") askAhead("/api/v1/services" + location.search, language);

  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", function (event) {
    if (event.data !== "update") return;
    // The program may be on its way still: it looks for the mark when it starts, and listens from then on.
    root.classList.add("updated");
    dispatchEvent(new Event("bianmin:update"));
  });
  var register = function () {
    navigator.serviceWorker.register("/sw.js").catch(function () {
      // Without it every visit needs the network, and nothing else is lost.
    });
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register);

  // The program takes an answer that it finds here, once, instead of asking. What has failed it asks for itself.
  function askAhead(path, language) {
    var tongue = language.slice(0, 2) === "en" ? "en" : "zh-CN";
    var abort = new AbortController();
    setTimeout(function () { abort.abort(); }, 15000);
    var headers = { accept: "application/json, application/problem+json", "accept-language": tongue };
    var answer = fetch(path, { headers: headers, signal: abort.signal }).catch(function () { return null; });
    window.answerAhead = function (asked, spoken) {
      if (asked !== path || spoken !== tongue) return null;
      var taken = answer;
      answer = null;
      return taken;
    };
  }
})();
