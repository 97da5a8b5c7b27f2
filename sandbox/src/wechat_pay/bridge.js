// WeixinJSBridge for browsers that are not WeChat: the cashier as a sheet at the foot of the page.
(function () {
  'use strict';
  if (window.WeixinJSBridge) return;
  var base = new URL(document.currentScript.src).origin;

  function element(name, style, text) {
    var made = document.createElement(name);
    Object.keys(style).forEach(function (key) { made.style[key] = style[key]; });
    if (text) made.textContent = text;
    return made;
  }

  function ask(path, invocation) {
    // Plain text: a browser then sends it across origins without asking first.
    return fetch(base + path, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: JSON.stringify(invocation) })
      .then(function (answer) { return answer.json(); });
  }

  function sheet(order, decide) {
    var veil = element('div', { position: 'fixed', inset: '0', zIndex: '2147483647', background: 'rgba(0,0,0,.5)', display: 'flex', alignItems: 'flex-end', justifyContent: 'center' });
    var card = element('div', { width: '100%', maxWidth: '30rem', padding: '1.25rem 1.25rem calc(1.25rem + env(safe-area-inset-bottom))', borderRadius: '.75rem .75rem 0 0', background: '#fff', color: '#191919', textAlign: 'center', font: '16px/1.5 sans-serif' });
    veil.id = 'wx-sandbox-sheet';
    card.setAttribute('role', 'dialog');
    card.setAttribute('aria-modal', 'true');
    card.setAttribute('aria-label', '微信支付 WeChat Pay');
    card.appendChild(element('div', { color: '#6b6b6b' }, order.description));
    card.appendChild(element('div', { fontSize: '2rem', fontWeight: '600', margin: '.5rem 0 1rem' }, '¥' + (order.total / 100).toFixed(2)));
    [['pay', '确认支付 Pay', 'success', '#06792f', '#fff'], ['cancel', '取消 Cancel', 'cancel', '#f2f2f2', '#191919'], ['fail', '支付失败 Fail', 'fail', '#f2f2f2', '#191919']].forEach(function (choice) {
      var button = element('button', { display: 'block', width: '100%', minHeight: '2.75rem', marginTop: '.5rem', border: '0', borderRadius: '.5rem', background: choice[3], color: choice[4], font: 'inherit' }, choice[1]);
      button.id = 'wx-sandbox-' + choice[0];
      button.type = 'button';
      button.addEventListener('click', function () { veil.remove(); decide(choice[2]); });
      card.appendChild(button);
    });
    veil.appendChild(card);
    document.body.appendChild(veil);
    card.querySelector('button').focus();
  }

  function say(callback, result, message) {
    callback({ err_msg: 'get_brand_wcpay_request:' + result, err_desc: message || '' });
  }

  window.WeixinJSBridge = {
    invoke: function (name, parameters, callback) {
      callback = callback || function () {};
      if (name !== 'getBrandWCPayRequest') { callback({ err_msg: name + ':function not exist' }); return; }
      ask('/wechat/bridge/verify', parameters).then(function (order) {
        if (order.result !== 'ok') { say(callback, 'fail', order.message); return; }
        sheet(order, function (outcome) {
          if (outcome === 'cancel') { say(callback, 'cancel'); return; }
          ask('/wechat/bridge/pay', Object.assign({}, parameters, { outcome: outcome })).then(function (answer) {
            say(callback, answer.result, answer.message);
          }, function (error) { say(callback, 'fail', String(error)); });
        });
      }, function (error) { say(callback, 'fail', String(error)); });
    },
    call: function () {},
    on: function () {}
  };
  document.dispatchEvent(new Event('WeixinJSBridgeReady'));
})();
