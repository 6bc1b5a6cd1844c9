// Measures one page as it is drawn. Evaluated in the page by audit.py; gives back a list of findings.
// The numbers of the rules (A1, B1 ...) are those of docs/accessibility.md.

() => {
  const findings = [];
  const root = document.documentElement;
  const px = (element, name) => parseFloat(getComputedStyle(element)[name]);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(".visually-hidden, .skip");
  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();

  function name(element) {
    const kind = element.className.baseVal ?? element.className;
    const text = words(element).slice(0, 30);
    return `${element.localName}${element.id ? "#" + element.id : kind ? "." + String(kind).split(" ")[0] : ""}${text ? ` "${text}"` : ""}`;
  }
  const find = (rule, sentence, element) => findings.push(`${rule} ${sentence}${element ? ": " + name(element) : ""}`);

  function textNodes(within) {
    const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) {
      const holder = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() && !holder.closest("script, style, noscript, template, title") && shown(holder)) nodes.push(walker.currentNode);
    }
    return nodes;
  }

  function seeing() {
    if (px(document.body, "fontSize") < 18) find("A1", "main text is under 18 px", document.body);
    const holders = new Set(textNodes(document.body).map((node) => node.parentElement));
    for (const field of all("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")) if (shown(field)) holders.add(field);
    for (const holder of holders) {
      const size = px(holder, "fontSize");
      const style = getComputedStyle(holder);
      if (size < 15.99) find("A1", `text of ${size.toFixed(1)} px`, holder);
      else if (size < 17.99 && holder.closest("main :is(p, li, dd, td, label)")) find("A1", `main text of ${size.toFixed(1)} px`, holder);
      if (style.fontStyle !== "normal") find("A9", "slanted letters", holder);
      if (Number(style.fontWeight) < 400) find("A9", "thin letters", holder);
    }
    if (root.scrollWidth > innerWidth) {
      const widest = all("body *").find((one) => shown(one) && one.getBoundingClientRect().right > innerWidth + 0.5);
      find("A3", `the page is ${root.scrollWidth} px wide in a window of ${innerWidth}`, widest);
    }
    for (const holder of holders) {
      if (holder.matches("input")) continue; // A field scrolls what is typed; a file's long name is the browser's.
      const style = getComputedStyle(holder);
      if (["hidden", "clip"].includes(style.overflowX) && holder.scrollWidth > holder.clientWidth + 1) find("A3", "text is cut off", holder);
    }
    for (const paragraph of all("main :is(p, li, dd)").filter((one) => shown(one) && words(one).length > 20)) {
      const size = px(paragraph, "fontSize");
      if (px(paragraph, "lineHeight") < 1.499 * size && getComputedStyle(paragraph).display !== "flex") find("A5", "lines stand closer than 1.5", paragraph);
      // A box of paragraphs may be wide; what counts is where its own words run.
      const speaks = [...paragraph.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (speaks && paragraph.clientWidth > 40 * size) find("A5", "lines are longer than 40 characters", paragraph);
      if (getComputedStyle(paragraph).textAlign === "justify") find("A5", "justified text", paragraph);
    }
    if (matchMedia("(prefers-reduced-motion: reduce)").matches && document.getAnimations().length) find("A10", "something moves although less motion was asked for");
  }

  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";

  function box(control) {
    const small = control.matches("input[type=radio], input[type=checkbox]");
    const label = small && (control.closest("label") ?? control.labels?.[0]);
    return (label || control).getBoundingClientRect();
  }

  function inSentence(control) {
    if (!control.matches("a") || getComputedStyle(control).display !== "inline") return false;
    const block = control.parentElement.closest("p, li, dd, td, th, dt, figcaption, label, legend, caption, blockquote, h1, h2, h3");
    return block !== null && words(block).length > words(control).length + 3;
  }

  function operating() {
    const large = root.dataset.textSize !== "standard";
    const controls = all(CONTROLS).filter((one) => shown(one) && !inSentence(one));
    for (const control of controls) {
      const { width, height } = box(control);
      const least = control.matches(".button") ? (large ? 60 : 48) : 44;
      if (width < 43.5 || height < least - 0.5) find("B1", `target of ${Math.round(width)} × ${Math.round(height)} px, should be ${least}`, control);
    }
    const boxes = controls.map((one) => [one, box(one)]);
    boxes.forEach(([first, a], at) => {
      for (const [second, b] of boxes.slice(at + 1)) {
        if (first.contains(second) || second.contains(first) || (first.closest("label") && first.closest("label") === second.closest("label"))) continue;
        const across = Math.max(a.left - b.right, b.left - a.right);
        const down = Math.max(a.top - b.bottom, b.top - a.bottom);
        if (Math.max(across, down) < 7.5) find("B1", `only ${Math.max(across, down).toFixed(1)} px from ${name(second)}`, first);
      }
    });
    for (const odd of all("[tabindex]").filter((one) => one.tabIndex > 0)) find("B3", "tabindex over 0", odd);
    for (const odd of all(":is(div, span)[onclick], a:not([href])")) find("B3", "not a real control", odd);
    const first = all("a[href], button, input:not([type=hidden]), select, textarea, summary")[0];
    const target = first?.getAttribute("href") ?? "";
    if (!first?.matches(".skip") || !target.startsWith("#") || !document.querySelector(target)) find("B5", "the first stop does not lead to the main text", first);
    for (const [landmark, selector] of Object.entries({ main: "main", header: "body > header", navigation: "body > nav", footer: "body > footer" })) {
      const count = all(selector).length;
      if (count !== 1) find("B5", `${count} × ${landmark}`);
    }
    for (const link of all("a[target=_blank]")) if (!/新窗口|新視窗|new window/i.test(words(link))) find("B10", "opens a new window without saying so", link);
    for (const media of all("[autoplay], meta[http-equiv=refresh], marquee")) find("B10", "acts by itself", media);
  }

  const EMPTY_WORDS = ["点击这里", "點擊這裡", "更多", "查看", "详情", "詳情", "here", "click here", "more", "read more", "details", "view"];

  function understanding() {
    const prefix = location.pathname.split("/")[1];
    const expected = { en: "en", "zh-hant": "zh-Hant" }[prefix] ?? "zh-Hans";
    if (root.lang !== expected) find("C1", `lang is "${root.lang}", should be "${expected}"`);
    const titles = all("h1").filter(shown);
    if (titles.length !== 1) find("C2", `${titles.length} × h1`);
    if (!/\S – \S/.test(document.title)) find("C2", `title "${document.title}" is not "page – site"`);
    if (document.querySelector("[data-error-summary]") && !/^(错误|錯誤|Error)/.test(document.title)) find("C2", "the title does not begin with Error");
    let before = 0;
    for (const heading of all("h1, h2, h3, h4, h5, h6").filter(shown)) {
      const level = Number(heading.localName[1]);
      if (heading.closest("main") && before && level > before + 1) find("C2", `h${level} after h${before}`, heading);
      if (heading.closest("main") && !heading.closest("[data-error-summary]")) before = level;
    }
    for (const link of all("a[href], button").filter(shown)) {
      if (!words(link)) find("C9", "a control without words", link);
      if (EMPTY_WORDS.includes(words(link).toLowerCase())) find("C4", "says nothing about where it leads", link);
    }
    if (innerWidth === 360 && titles.length === 1) {
      const top = titles[0].getBoundingClientRect().top + scrollY;
      const pushed = document.querySelector(".helping, [data-error-summary], .messages > *, main > .notice");
      const limit = pushed ? Infinity : 0.6 * 740;
      if (top > limit) find("C11", `h1 begins at ${Math.round(top)} px, should be in the first ${limit}`, titles[0]);
    }
  }

  function luminance(colour) {
    const parts = colour.match(/[\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  }

  function ground(element) {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  }

  function forms() {
    const fields = all("input:not([type=hidden], [type=submit], [type=button]), select, textarea").filter(shown);
    for (const field of fields) {
      if (!field.labels?.length) find("D2", "a field without a visible label", field);
      if (field.matches("input[type=date], input[type=datetime-local], input[type=time], input[type=range]")) find("D8", `a ${field.type} picker`, field);
      if (field.matches("main select") && field.options.length <= 12) find("D8", "a select where radios would do", field);
      const [one, other] = [luminance(getComputedStyle(field).borderTopColor), luminance(ground(field.parentElement))].sort((a, b) => b - a);
      if ((one + 0.05) / (other + 0.05) < 3) find("A7", "the edge of the field can hardly be seen", field);
      if (field.getAttribute("aria-invalid") === "true" && !field.getAttribute("aria-describedby") && !field.closest("[aria-describedby]")) find("D3", "a wrong field without its sentence", field);
    }
    for (const form of all("form").filter(shown)) {
      if (!form.matches("[data-needs-script]") && !form.querySelector("button:not([type=button]), input[type=submit]")) find("B13", "a form without a button", form);
      if (!form.noValidate && form.querySelector("[required], [type=email], [type=url], [type=number]")) find("D3", "the browser's own errors are not off (novalidate)", form);
    }
  }

  function helpAndSpeed() {
    const phone = document.querySelector('body > header a[href^="tel:"]');
    if (!phone || !shown(phone) || !/\d{4}/.test(words(phone))) find("E1", "no phone number in the header");
    const addresses = performance.getEntriesByType("resource").map((entry) => entry.name);
    for (const element of all("[src], link[href]:not([rel=alternate], [rel=canonical])")) addresses.push(element.src || element.href);
    const strangers = addresses.filter((address) => /^https?:/.test(address) && new URL(address).host !== location.host);
    for (const address of new Set(strangers)) find("G1", `another host: ${address}`);
    const elements = all("*").length;
    if (elements > 1200) find("G2", `${elements} elements, 1,200 at most`);
  }

  seeing();
  operating();
  understanding();
  forms();
  helpAndSpeed();
  return findings;
}
