package standin

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestCode2Session(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, func(c *Config) {
		c.Persons = append(DemoPersons(), Person{Key: "risky", Name: "样本", ID: demoID("372401", "19900101", "011"), Risky: true})
	})
	good := func() url.Values {
		return url.Values{"appid": {DemoAppID}, "secret": {DemoAppSecret}, "grant_type": {"authorization_code"}, "js_code": {s.LoginCode("a")}}
	}
	for _, c := range []struct {
		name string
		edit func(url.Values)
		want int
	}{
		{"accepted", func(url.Values) {}, 0},
		{"no appid", func(v url.Values) { v.Del("appid") }, 41002},
		{"no secret", func(v url.Values) { v.Del("secret") }, 41004},
		{"no code", func(v url.Values) { v.Del("js_code") }, 41008},
		{"wrong appid", func(v url.Values) { v.Set("appid", "wx0") }, 40013},
		{"wrong secret", func(v url.Values) { v.Set("secret", "x") }, 40125},
		{"wrong grant type", func(v url.Values) { v.Set("grant_type", "x") }, 40002},
		{"unknown code", func(v url.Values) { v.Set("js_code", "x") }, 40029},
		{"phone code", func(v url.Values) { v.Set("js_code", s.PhoneCode("a")) }, 40029},
		{"old code", func(url.Values) { clock.move(5 * time.Minute) }, 40029},
		{"risky user", func(v url.Values) { v.Set("js_code", s.LoginCode("risky")) }, 40226},
	} {
		q := good()
		c.edit(q)
		m := wx(t, "GET", base+"/sns/jscode2session?"+q.Encode(), "")
		if errcode(m) != c.want || (c.want == 0) != (m["openid"] == s.OpenID("a")) {
			t.Errorf("%s: %v, want %d", c.name, m, c.want)
		}
	}
	q := good()
	wx(t, "GET", base+"/sns/jscode2session?"+q.Encode(), "")
	if m := wx(t, "GET", base+"/sns/jscode2session?"+q.Encode(), ""); errcode(m) != 40029 {
		t.Errorf("second use: %v", m)
	}
}

func TestLoginRateLimit(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	login := func() int {
		q := url.Values{"appid": {DemoAppID}, "secret": {DemoAppSecret}, "grant_type": {"authorization_code"}, "js_code": {s.LoginCode("c")}}
		return errcode(wx(t, "GET", base+"/sns/jscode2session?"+q.Encode(), ""))
	}
	for range 100 {
		if code := login(); code != 0 {
			t.Fatal(code)
		}
	}
	if code := login(); code != 45011 {
		t.Errorf("101st login in a minute: %d", code)
	}
	clock.move(time.Minute)
	if code := login(); code != 0 {
		t.Errorf("a minute later: %d", code)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	_, base, clock := world(t, nil)
	ask := func(force string) map[string]any {
		return wx(t, "POST", base+"/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"`+DemoAppID+`","secret":"`+DemoAppSecret+`","force_refresh":`+force+`}`)
	}
	use := func(token any) int {
		v, _ := token.(string)
		m := wx(t, "POST", base+"/cgi-bin/message/subscribe/send?access_token="+v, `{"touser":"nobody"}`)
		return errcode(m)
	}
	const lives = 40003 // the token passed, the openid did not
	first := ask("false")
	if first["expires_in"].(float64) != 7200 || use(first["access_token"]) != lives {
		t.Fatalf("first: %v", first)
	}
	clock.move(time.Hour)
	if again := ask("false"); again["access_token"] != first["access_token"] || again["expires_in"].(float64) != 3600 {
		t.Errorf("an hour later: %v", again)
	}
	clock.move(56 * time.Minute)
	second := ask("false")
	if second["access_token"] == first["access_token"] || use(first["access_token"]) != lives || use(second["access_token"]) != lives {
		t.Error("in the last five minutes both tokens work")
	}
	clock.move(5 * time.Minute)
	if code := use(first["access_token"]); code != 42001 {
		t.Errorf("expired: %d", code)
	}
	third := ask("true")
	if use(second["access_token"]) != 42001 || use(third["access_token"]) != lives {
		t.Error("a forced refresh kills the former token at once")
	}
	if m := ask("true"); errcode(m) != 45011 {
		t.Errorf("forced twice within 30 s: %v", m)
	}
	if use("") != 41001 || use("99_unknown") != 40001 {
		t.Error("missing or unknown tokens")
	}
	classic := func() any {
		return wx(t, "GET", base+"/cgi-bin/token?grant_type=client_credential&appid="+DemoAppID+"&secret="+DemoAppSecret, "")["access_token"]
	}
	a, b := classic(), classic()
	if a == b || use(a) != lives || use(b) != lives || use(third["access_token"]) != lives {
		t.Error("classic tokens: a new one each time, the old one in grace, the stable one untouched")
	}
	clock.move(5 * time.Minute)
	if use(a) != 42001 || use(b) != lives {
		t.Error("the grace of an old classic token ends")
	}
}

func TestForcedTokenQuota(t *testing.T) {
	t.Parallel()
	_, base, clock := world(t, nil)
	body := `{"grant_type":"client_credential","appid":"` + DemoAppID + `","secret":"` + DemoAppSecret + `","force_refresh":true}`
	for i := range 20 {
		if m := wx(t, "POST", base+"/cgi-bin/stable_token", body); m["access_token"] == nil {
			t.Fatalf("forced refresh %d: %v", i, m)
		}
		clock.move(time.Minute)
	}
	if m := wx(t, "POST", base+"/cgi-bin/stable_token", body); errcode(m) != 45009 {
		t.Errorf("21st forced refresh: %v", m)
	}
}

func TestSubscribeSend(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, func(c *Config) { c.WeChat.Pages = []string{"pages/case/index"} })
	send := base + "/cgi-bin/message/subscribe/send?access_token=" + stable(t, base)
	good := `{"touser":"` + s.OpenID("a") + `","template_id":"LIANOU-PAID-0001","page":"pages/case/index?id=1","data":{` +
		`"thing1":{"value":"最低生活保障"},"amount2":{"value":"360.00元"},"time3":{"value":"2026年11月23日 15:01"},` +
		`"character_string4":{"value":"6217"},"thing5":{"value":"我们不收钱,不要验证码"}}}`
	swap := func(from, to string) string { return strings.Replace(good, from, to, 1) }
	for _, c := range []struct {
		name, body, says string
		want             int
	}{
		{"accepted", good, "", 0},
		{"unknown person", swap(s.OpenID("a"), "oNobody"), "", 40003},
		{"unknown template", swap("LIANOU-PAID-0001", "T"), "", 40037},
		{"page not released", swap("pages/case/index", "pages/x"), "", 41030},
		{"thing too long", swap("最低生活保障", strings.Repeat("低", 21)), "data.thing1.value", 47003},
		{"amount in words", swap("360.00元", "三百六十元"), "data.amount2.value", 47003},
		{"field left out", swap(`"time3"`, `"time9"`), "data.time3.value", 47003},
		{"value a number", swap(`"6217"`, `6217`), "data.character_string4.value", 47003},
		{"not JSON", good[1:], "", 47001},
	} {
		s.Grant("a", "LIANOU-PAID-0001")
		m := wx(t, "POST", send, c.body)
		if errmsg, _ := m["errmsg"].(string); errcode(m) != c.want || !strings.Contains(errmsg, c.says) {
			t.Errorf("%s: %v, want %d", c.name, m, c.want)
		}
	}
	got := s.WeChatMessages("a")
	if len(got) != 1 || got[0].Data["character_string4"] != "6217" || got[0].Lines[0] != "救助事项:最低生活保障" {
		t.Errorf("messages on the phone: %+v", got)
	}
}

// Each accept is good for one message. Control: not counting a grant down makes
// the second send succeed.
func TestGrantIsSpent(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	send := base + "/cgi-bin/message/subscribe/send?access_token=" + stable(t, base)
	body := `{"touser":"` + s.OpenID("c") + `","template_id":"LIANOU-STEP-0001","data":{"thing1":{"value":"低保"},"phrase2":{"value":"已受理"},"time3":{"value":"15:01"},"thing4":{"value":"好"}}}`
	if !s.Grant("c", "LIANOU-STEP-0001") || s.Grant("c", "nope") || s.Grant("nobody", "LIANOU-STEP-0001") {
		t.Fatal("grants go to known people for known templates")
	}
	for i, want := range []int{0, 43101} {
		if m := wx(t, "POST", send, body); errcode(m) != want {
			t.Errorf("send %d: %v, want %d", i+1, m, want)
		}
	}
}

func TestFieldRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ key, fits, breaks string }{
		{"thing1", strings.Repeat("救", 20), strings.Repeat("救", 21)},
		{"number2", "12.50", "12元"},
		{"letter3", "ABC", "AB1"},
		{"symbol4", "+-*/#", "+-*/#%"},
		{"character_string5", "A-12/x", "编号12"},
		{"time6", "2019年10月1日 15:01", "2019-10-01 15:01"},
		{"time6", "15:01~16:30", "下午三点"},
		{"date7", "2019年10月1日~2019年10月7日", "15:01"},
		{"amount8", "¥1234567890.50", "12345678901"},
		{"amount8", "360元", "360 元整"},
		{"phone_number9", "0534-12345", "电话12345"},
		{"car_number10", "鲁N8Z888", "鲁N8Z8888挂"},
		{"name11", "赵桂芳", "赵桂芳大娘住在王庙镇样本村"},
		{"name11", "Zhao Guifang", "赵G芳7"},
		{"phrase12", "已受理", "已受理3"},
		{"phrase12", "审核中", "审核中请等待"},
		{"thing1", "a", ""},
	} {
		if !fieldFits(c.key, c.fits) {
			t.Errorf("%s refuses %q", c.key, c.fits)
		}
		if fieldFits(c.key, c.breaks) {
			t.Errorf("%s takes %q", c.key, c.breaks)
		}
	}
	if fieldFits("unknown1", "x") || fieldFits("thing", "x") {
		t.Error("a field of no known kind was taken")
	}
}

func TestCustomerMessage(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	send := func() int {
		return errcode(wx(t, "POST", base+"/cgi-bin/message/custom/send?access_token="+stable(t, base), `{"touser":"`+s.OpenID("c")+`","msgtype":"text","text":{"content":"您说,我听着"}}`))
	}
	if code := send(); code != 45015 {
		t.Errorf("before the person wrote: %d", code)
	}
	s.Spoke("c")
	for range 5 {
		if code := send(); code != 0 {
			t.Errorf("an answer: %d", code)
		}
	}
	if code := send(); code != 45047 {
		t.Errorf("sixth answer: %d", code)
	}
	s.Spoke("c")
	clock.move(49 * time.Hour)
	if code := send(); code != 45015 {
		t.Errorf("after 48 hours: %d", code)
	}
}

func TestPhoneNumber(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	call := func(code, openid string) map[string]any {
		return wx(t, "POST", base+"/wxa/business/getuserphonenumber?access_token="+stable(t, base), `{"code":"`+code+`","openid":"`+openid+`"}`)
	}
	m := call(s.PhoneCode("b"), s.OpenID("b"))
	info, _ := m["phone_info"].(map[string]any)
	if info["purePhoneNumber"] != DemoPersons()[1].Phone || info["countryCode"] != "86" {
		t.Errorf("phone: %v", m)
	}
	if m := call(s.LoginCode("b"), ""); errcode(m) != 40029 {
		t.Errorf("a login code: %v", m)
	}
	if m := call(s.PhoneCode("b"), s.OpenID("c")); errcode(m) != 40003 {
		t.Errorf("another person's openid: %v", m)
	}
}

// photo posts a picture as the multipart field img.
func photo(t *testing.T, base, field string, picture []byte) map[string]any {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile(field, "card.png")
	_, _ = part.Write(picture)
	_ = form.Close()
	req, _ := http.NewRequest("POST", base+"/cv/ocr/idcard?access_token="+stable(t, base), &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	_, got := ask(t, req)
	return decode(t, got)
}

func TestCardOCR(t *testing.T) {
	t.Parallel()
	_, base, _ := world(t, nil)
	p := DemoPersons()[1]
	front, err := CardPNG(p, true)
	if err != nil {
		t.Fatal(err)
	}
	back, _ := CardPNG(p, false)
	m := photo(t, base, "img", front)
	if m["errcode"] != "0" || m["type"] != "Front" || m["name"] != p.Name || m["id"] != p.ID || m["gender"] != "女" || m["addr"] != p.Address {
		t.Errorf("front: %v", m)
	}
	if m := photo(t, base, "img", back); errcode(m) != 0 || m["type"] != "Back" || m["valid_date"] != p.ValidDate {
		t.Errorf("back: %v", m)
	}
	var blank bytes.Buffer
	_ = png.Encode(&blank, image.NewGray(image.Rect(0, 0, 100, 60)))
	for _, c := range []struct {
		name, field string
		picture     []byte
		want        int
	}{
		{"a picture without a card", "img", blank.Bytes(), 101001},
		{"no picture", "img", []byte("hello"), 101001},
		{"another field", "file", front, 41005},
		{"over 2 MB", "img", append(bytes.Clone(front), make([]byte, 2<<20)...), 40009},
		{"empty", "img", nil, 41005},
	} {
		if m := photo(t, base, c.field, c.picture); errcode(m) != c.want {
			t.Errorf("%s: %v, want %d", c.name, m, c.want)
		}
	}
	token := stable(t, base)
	own := "http://127.0.0.1:8347/phone/cards/b/front.png"
	if m := wx(t, "POST", base+"/cv/ocr/idcard?access_token="+token+"&img_url="+url.QueryEscape(own), ""); m["id"] != p.ID {
		t.Errorf("by address: %v", m)
	}
	if m := wx(t, "POST", base+"/cv/ocr/idcard?access_token="+token+"&img_url="+url.QueryEscape("http://127.0.0.1:1/x.png"), ""); errcode(m) != 101000 {
		t.Errorf("by a strange address: %v", m)
	}
}

// A client that shrinks the photo and makes it a JPEG still sends a card.
// Control: cells of 2 pixels are lost here.
func TestCardSurvivesPhoto(t *testing.T) {
	t.Parallel()
	p := DemoPersons()[0]
	raw, _ := CardPNG(p, true)
	big, _ := png.Decode(bytes.NewReader(raw))
	small := image.NewRGBA(image.Rect(0, 0, cardW*2/3, cardH*2/3))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			small.Set(x, y, big.At(x*3/2, y*3/2))
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, small, &jpeg.Options{Quality: 60})
	face, err := readCard(out.Bytes())
	if err != nil || face.ID != p.ID || face.Name != p.Name || !face.Front {
		t.Errorf("read %+v, %v", face, err)
	}
}

func FuzzReadCard(f *testing.F) {
	raw, _ := CardPNG(DemoPersons()[0], false)
	f.Add(raw)
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = readCard(b) })
}
