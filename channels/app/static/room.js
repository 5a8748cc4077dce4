// How much room is left in a box for words (data-most, in characters). Nothing is cut: who
// wrote or said more is told how much too much it is, and it all stays in the box until they
// shorten it. Without this file the server says the same.
(function () {
  "use strict";
  var NEAR = 200;
  function length(box) { return Array.from(box.value.trim()).length; }
  Array.prototype.forEach.call(document.querySelectorAll("textarea[data-most]"), function (box) {
    var most = Number(box.getAttribute("data-most")), told = document.createElement("p");
    told.className = "hint room";
    told.setAttribute("role", "status");
    box.parentNode.insertBefore(told, box.nextSibling);
    function look() {
      var left = most - length(box);
      told.textContent = left < 0 ? "写多了 " + -left + " 字。最多 " + most + " 字,删短一点才送得上去。写的都还在。" : left <= NEAR ? "还能写 " + left + " 字。" : "";
      box.setAttribute("aria-invalid", String(left < 0));
    }
    box.addEventListener("input", look);
    look();
    // Before any other script keeps or sends it.
    document.addEventListener("submit", function (e) {
      var by = e.submitter ? e.submitter.name : "", mine = box.name === "said" ? by === "spoken" : by === "";
      if (e.target !== box.form || !mine || length(box) <= most) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      look();
      box.focus();
    }, true);
  });
})();
