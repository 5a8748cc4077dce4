// Photos that are handed in afterwards: each is shown before it is sent and may be taken
// away again, and sending shows how far it is. The page works without this file.
(function () {
  "use strict";
  var form = document.getElementById("more");
  if (!form || !window.DataTransfer || !window.FormData) return;
  var input = document.getElementById("photos"), list = document.getElementById("chosen");
  var chosen = new DataTransfer(), most = 9;

  function show() {
    input.files = chosen.files;
    list.textContent = "";
    Array.prototype.forEach.call(chosen.files, function (file, i) {
      var row = document.createElement("li"), img = document.createElement("img"), away = document.createElement("button");
      row.className = "card shot";
      img.src = URL.createObjectURL(file);
      img.onload = function () { URL.revokeObjectURL(img.src); };
      img.alt = "第 " + (i + 1) + " 张";
      away.type = "button";
      away.className = "plain";
      away.textContent = "去掉第 " + (i + 1) + " 张";
      away.addEventListener("click", function () {
        chosen.items.remove(i);
        show();
        input.focus();
      });
      row.appendChild(img);
      row.appendChild(away);
      list.appendChild(row);
    });
  }

  input.addEventListener("change", function () {
    Array.prototype.forEach.call(input.files, function (file) {
      if (chosen.files.length < most) chosen.items.add(file);
    });
    show();
    var fault = document.getElementById("error");
    if (fault && fault.getAttribute("data-field") === "papers" && chosen.files.length > 0) fault.remove(); // that photos lack is not so any more
  });

  form.addEventListener("submit", function (e) {
    e.preventDefault();
    var button = form.querySelector("button[type=submit]"), going = document.getElementById("going");
    var say = document.getElementById("going-say"), bar = going.querySelector("progress"), x = new XMLHttpRequest();
    button.disabled = true;
    going.hidden = false;
    say.textContent = "正在送,请不要关。";
    x.open("POST", form.action);
    x.upload.onprogress = function (p) { if (p.lengthComputable) bar.value = Math.round(100 * p.loaded / p.total); };
    x.onload = function () {
      if (x.status === 200) location.assign(x.responseURL);
      else form.submit(); // the page that says what is wrong; sent again under its key it counts once
    };
    x.onerror = x.ontimeout = function () {
      button.disabled = false;
      say.textContent = "没有送到,照片还在。网好了再点一次“送上去”,不会重复。";
    };
    x.send(new FormData(form));
  });
})();
