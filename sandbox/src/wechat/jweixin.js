// WeChat's JSSDK for browsers that are not WeChat: it takes a page's signature as WeChat does, scans what is typed, and remembers how the
// page is shared.
(function () {
  'use strict';
  var folder = document.currentScript.src.replace(/[^/]*$/, '');
  var allowed = null;
  var wanted = [];
  var ready = null;
  var failed = null;

  function element(name, style, text) {
    var made = document.createElement(name);
    Object.keys(style).forEach(function (key) { made.style[key] = style[key]; });
    if (text) made.textContent = text;
    return made;
  }

  // Every call ends in one of its functions, and in `complete`.
  function say(call, name, word, more) {
    var answer = Object.assign({ errMsg: name + ':' + word }, more);
    var told = word === 'ok' ? call.success : word === 'cancel' ? call.cancel : call.fail;
    if (told) told(answer);
    if (call.complete) call.complete(answer);
  }

  function permitted(call, name) {
    if (allowed && allowed.indexOf(name) >= 0) return true;
    say(call, name, allowed ? 'permission denied' : 'the permission value is offline verifying');
    return false;
  }

  function scanner(seen, given_up) {
    var veil = element('div', { position: 'fixed', inset: '0', zIndex: '2147483647', background: '#111', color: '#fff', display: 'flex', flexDirection: 'column', justifyContent: 'center', padding: '1.5rem', font: '16px/1.5 sans-serif' });
    veil.id = 'wx-sandbox-scanner';
    veil.setAttribute('role', 'dialog');
    veil.setAttribute('aria-modal', 'true');
    veil.setAttribute('aria-label', '扫一扫 Scan');
    var label = element('label', {}, '扫到的内容 What the code says');
    var field = element('input', { width: '100%', minHeight: '2.75rem', margin: '.5rem 0', boxSizing: 'border-box', font: 'inherit' });
    field.id = label.htmlFor = 'wx-sandbox-code';
    veil.appendChild(label);
    veil.appendChild(field);
    [['scan', '扫到了 Scanned', function () { seen(field.value); }], ['leave', '返回 Leave', given_up]].forEach(function (choice) {
      var button = element('button', { minHeight: '2.75rem', marginTop: '.5rem', border: '0', borderRadius: '.5rem', background: '#f2f2f2', color: '#191919', font: 'inherit' }, choice[1]);
      button.id = 'wx-sandbox-' + choice[0];
      button.type = 'button';
      button.addEventListener('click', function () { veil.remove(); choice[2](); });
      veil.appendChild(button);
    });
    document.body.appendChild(veil);
    field.focus();
  }

  function shares(name) {
    return function (call) {
      if (!permitted(call, name)) return;
      window.wx.shared[name] = { title: call.title, desc: call.desc, link: call.link, imgUrl: call.imgUrl };
      say(call, name, 'ok');
    };
  }

  window.wx = {
    // How the page would be shared now, for tests and for people at the console.
    shared: {},
    config: function (shown) {
      allowed = null;
      wanted = shown.jsApiList || [];
      var question = ['appId', 'timestamp', 'nonceStr', 'signature'].map(function (name) {
        return name + '=' + encodeURIComponent(shown[name]);
      });
      question.push('url=' + encodeURIComponent(location.href.split('#')[0]));
      // As a script, because the page's security policy lets it ask nobody else.
      var asked = document.createElement('script');
      asked.src = folder + 'verify.js?' + question.join('&');
      asked.onerror = function () { window.wx.told({ errMsg: 'config:fail' }); };
      document.head.appendChild(asked);
    },
    told: function (answer) {
      // WeChat calls `ready` in either case, after `error` when the page was not signed.
      if (answer.errMsg === 'config:ok') allowed = wanted;
      else if (failed) failed(answer);
      if (ready) ready();
    },
    ready: function (act) { ready = act; },
    error: function (act) { failed = act; },
    scanQRCode: function (call) {
      if (!permitted(call, 'scanQRCode')) return;
      scanner(
        function (text) { say(call, 'scanQRCode', 'ok', { resultStr: text }); },
        function () { say(call, 'scanQRCode', 'cancel'); }
      );
    },
    updateAppMessageShareData: shares('updateAppMessageShareData'),
    updateTimelineShareData: shares('updateTimelineShareData')
  };
})();
