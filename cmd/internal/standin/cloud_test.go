package standin

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-resty/resty/v2"
)

// The example of Tencent's documentation, "Signature v3". Its keys are printed
// there as asterisks, and the published signature was made with them.
func TestTC3PublishedExample(t *testing.T) {
	t.Parallel()
	body := []byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`)
	r, _ := http.NewRequest("POST", "https://cvm.tencentcloudapi.com/", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("X-TC-Action", "DescribeInstances")
	canonical := sha256hex([]byte(tc3Canonical(r, []string{"content-type", "host", "x-tc-action"}, body)))
	if canonical != "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84" {
		t.Errorf("canonical request hashes to %s", canonical)
	}
	toSign := "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n" + canonical
	if got := tc3Sign(strings.Repeat("*", 32), "2019-02-25", "cvm", toSign); got != "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f" {
		t.Errorf("signature %s", got)
	}
}

// tcRequest is a client's request, signed by an implementation of its own: the
// server's functions are not used here.
type tcRequest struct {
	action, version, service, region, body string
	id, key                                string
	at                                     time.Time
}

func verifyReq(at time.Time, name, id string) tcRequest {
	body, _ := json.Marshal(map[string]string{"IdCard": id, "Name": name})
	return tcRequest{action: "IdCardVerification", version: "2018-03-01", service: "faceid", body: string(body), id: DemoSecretID, key: DemoSecretKey, at: at}
}

func (q tcRequest) headers(host string) map[string]string {
	mac := func(k []byte, m string) []byte {
		h := hmac.New(sha256.New, k)
		_, _ = h.Write([]byte(m))
		return h.Sum(nil)
	}
	hash := func(s string) string { x := sha256.Sum256([]byte(s)); return hex.EncodeToString(x[:]) }
	day := q.at.UTC().Format("2006-01-02")
	canonical := fmt.Sprintf("POST\n/\n\ncontent-type:application/json\nhost:%s\n\ncontent-type;host\n%s", host, hash(q.body))
	plain := fmt.Sprintf("TC3-HMAC-SHA256\n%d\n%s/%s/tc3_request\n%s", q.at.Unix(), day, q.service, hash(canonical))
	sig := hex.EncodeToString(mac(mac(mac(mac([]byte("TC3"+q.key), day), q.service), "tc3_request"), plain))
	return map[string]string{"Content-Type": "application/json", "X-TC-Action": q.action, "X-TC-Version": q.version, "X-TC-Region": q.region,
		"X-TC-Timestamp": fmt.Sprint(q.at.Unix()),
		"Authorization":  fmt.Sprintf("TC3-HMAC-SHA256 Credential=%s/%s/%s/tc3_request, SignedHeaders=content-type;host, Signature=%s", q.id, day, q.service, sig)}
}

// send posts the request with resty, as the product does.
func (q tcRequest) send(t *testing.T, base string, edit func(map[string]string)) map[string]any {
	t.Helper()
	h := q.headers(strings.TrimPrefix(base, "http://"))
	if edit != nil {
		edit(h)
	}
	var out struct{ Response map[string]any }
	resp, err := resty.New().R().SetHeaders(h).SetBody(q.body).SetResult(&out).Post(base + "/")
	if err != nil || resp.StatusCode() != 200 || out.Response["RequestId"] == "" {
		t.Fatalf("%s: %v %s", q.action, err, resp)
	}
	return out.Response
}

func cloudCode(m map[string]any) string {
	e, _ := m["Error"].(map[string]any)
	s, _ := e["Code"].(string)
	return s
}

// Control: not comparing the signature lets "wrong key" through.
func TestTC3Refusals(t *testing.T) {
	t.Parallel()
	_, base, clock := world(t, nil)
	p := DemoPersons()[0]
	for _, c := range []struct {
		name, want string
		edit       func(*tcRequest)
		after      func(map[string]string)
	}{
		{"accepted", "", nil, nil},
		{"four minutes old", "", func(q *tcRequest) { q.at = q.at.Add(-4 * time.Minute) }, nil},
		{"too old", "AuthFailure.SignatureExpire", func(q *tcRequest) { q.at = q.at.Add(-301 * time.Second) }, nil},
		{"from the future", "AuthFailure.SignatureExpire", func(q *tcRequest) { q.at = q.at.Add(301 * time.Second) }, nil},
		{"wrong key", "AuthFailure.SignatureFailure", func(q *tcRequest) { q.key += "x" }, nil},
		{"unknown id", "AuthFailure.SecretIdNotFound", func(q *tcRequest) { q.id = "AKIDnobody" }, nil},
		{"other product", "AuthFailure.SignatureFailure", func(q *tcRequest) { q.service = "sms" }, nil},
		{"signed header changed", "AuthFailure.SignatureFailure", nil, func(h map[string]string) { h["Content-Type"] = "application/json; charset=utf-8" }},
		{"no authorization", "AuthFailure.InvalidAuthorization", nil, func(h map[string]string) { delete(h, "Authorization") }},
		{"no action", "MissingParameter", nil, func(h map[string]string) { delete(h, "X-TC-Action") }},
		{"unknown action", "InvalidAction", nil, func(h map[string]string) { h["X-TC-Action"] = "Nothing" }},
		{"wrong version", "NoSuchVersion", nil, func(h map[string]string) { h["X-TC-Version"] = "2018-03-02" }},
		{"unknown parameter", "UnknownParameter", func(q *tcRequest) { q.body = `{"IdCard":"1","Name":"x","Extra":1}` }, nil},
		{"not JSON", "InvalidParameter", func(q *tcRequest) { q.body = `{"IdCard":` }, nil},
		{"missing name", "MissingParameter", func(q *tcRequest) { q.body = `{"IdCard":"1"}` }, nil},
	} {
		q := verifyReq(clock.now(), p.Name, p.ID)
		if c.edit != nil {
			c.edit(&q)
		}
		if got := cloudCode(q.send(t, base, c.after)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestIdCardVerification(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	p := DemoPersons()[0]
	stranger := demoID("371424", "19800101", "013")
	wrongDigit := p.ID[:17] + string("0123456789"[(p.ID[17]-'0'+1)%10])
	for _, c := range []struct {
		name, id string
		want     Verdict
	}{
		{p.Name, p.ID, Match},
		{"周桂花", p.ID, Mismatch},
		{p.Name, wrongDigit, BadNumber},
		{"赵9", p.ID, BadName},
		{"样本人", stranger, Match},
	} {
		m := verifyReq(clock.now(), c.name, c.id).send(t, base, nil)
		if m["Result"] != string(c.want) || m["Description"] != identitySays[c.want] {
			t.Errorf("%s: %v, want %s", c.name, m, c.want)
		}
	}
	for _, v := range []Verdict{SourceDown, NoRecord, SourceMoves, DailyLimit} {
		_ = s.Break(Fault{Service: Identity, Mode: ModeResult, Code: string(v)})
		if m := verifyReq(clock.now(), p.Name, p.ID).send(t, base, nil); m["Result"] != string(v) {
			t.Errorf("switched to %s: %v", v, m)
		}
	}
	_ = s.Break(Fault{Service: Identity, Mode: ModeError, Code: "InternalError"})
	if m := verifyReq(clock.now(), p.Name, p.ID).send(t, base, nil); cloudCode(m) != "InternalError" {
		t.Errorf("switched error: %v", m)
	}
}

func TestPeopleHandedIn(t *testing.T) {
	t.Parallel()
	_, base, clock := world(t, func(c *Config) {
		c.People = func(string, string) Verdict { return NoRecord }
	})
	p := DemoPersons()[0]
	if m := verifyReq(clock.now(), p.Name, p.ID).send(t, base, nil); m["Result"] != "-5" {
		t.Errorf("handed-in population base was not asked: %v", m)
	}
}

func TestCloudRateLimit(t *testing.T) {
	t.Parallel()
	_, base, clock := world(t, nil)
	p := DemoPersons()[0]
	for range 100 {
		if code := cloudCode(verifyReq(clock.now(), p.Name, p.ID).send(t, base, nil)); code != "" {
			t.Fatal(code)
		}
	}
	if code := cloudCode(verifyReq(clock.now(), p.Name, p.ID).send(t, base, nil)); code != "RequestLimitExceeded" {
		t.Errorf("101st call in a second: %q", code)
	}
}

func smsReq(at time.Time, body map[string]any) tcRequest {
	raw, _ := json.Marshal(body)
	return tcRequest{action: "SendSms", version: "2021-01-11", service: "sms", region: "ap-guangzhou", body: string(raw), id: DemoSecretID, key: DemoSecretKey, at: at}
}

func smsBody() map[string]any {
	return map[string]any{"PhoneNumberSet": []string{"+8613900000001"}, "SmsSdkAppId": DemoSmsAppID, "SignName": DemoSmsSign,
		"TemplateId": "2371401", "TemplateParamSet": []string{"最低生活保障", "3 月 360 元", "6217"}, "SessionContext": "n1"}
}

func TestSendSmsRefusals(t *testing.T) {
	t.Parallel()
	_, base, clock := world(t, nil)
	for _, c := range []struct {
		name, key string
		value     any
		want      string
	}{
		{"accepted", "SessionContext", "n2", ""},
		{"no numbers", "PhoneNumberSet", []string{}, "MissingParameter"},
		{"201 numbers", "PhoneNumberSet", make([]string, 201), "LimitExceeded.PhoneNumberCountLimit"},
		{"other application", "SmsSdkAppId", "1", "UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		{"other sign", "SignName", "别人", "FailedOperation.SignatureIncorrectOrUnapproved"},
		{"unknown template", "TemplateId", "1", "FailedOperation.TemplateIncorrectOrUnapproved"},
		{"too few parameters", "TemplateParamSet", []string{"a"}, "InvalidParameterValue.TemplateParameterFormatError"},
		{"too many parameters", "TemplateParamSet", []string{"a", "b", "c", "d"}, "InvalidParameterValue.TemplateParameterFormatError"},
	} {
		body := smsBody()
		body[c.key] = c.value
		if got := cloudCode(smsReq(clock.now(), body).send(t, base, nil)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := cloudCode(smsReq(clock.now(), smsBody()).send(t, base, func(h map[string]string) { delete(h, "X-TC-Region") })); got != "MissingParameter" {
		t.Errorf("no region: %q", got)
	}
}

// A parameter that looks like the next hole stays as it is, and the receipt is
// posted where the account wants it.
func TestSmsTextAndCallback(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	city := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- string(b)
	}))
	t.Cleanup(city.Close)
	s, base, clock := world(t, func(c *Config) { c.Cloud.Status = city.URL })
	body := smsBody()
	body["TemplateParamSet"] = []string{"{2}", "b", "c"}
	if code := cloudCode(smsReq(clock.now(), body).send(t, base, nil)); code != "" {
		t.Fatal(code)
	}
	if text := s.Texts("13900000001")[0].Body; !strings.HasPrefix(text, "【德州救助】{2} b,") {
		t.Errorf("text: %s", text)
	}
	var posted []map[string]string
	select {
	case raw := <-got:
		if json.Unmarshal([]byte(raw), &posted) != nil || posted[0]["mobile"] != "13900000001" || posted[0]["report_status"] != "SUCCESS" {
			t.Errorf("receipt: %s", raw)
		}
	case <-time.After(10 * time.Second):
		t.Error("no receipt came")
	}
}

// status sends one text and gives its line.
func status(t *testing.T, base string, at time.Time, phone string) map[string]any {
	t.Helper()
	body := smsBody()
	body["PhoneNumberSet"] = []string{phone}
	set, _ := smsReq(at, body).send(t, base, nil)["SendStatusSet"].([]any)
	if len(set) != 1 {
		t.Fatalf("status set: %v", set)
	}
	return set[0].(map[string]any)
}

func TestSendSmsPerNumber(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	st := status(t, base, clock.now(), "+8613900000001")
	if st["Code"] != "Ok" || st["SerialNo"] == "" || st["SessionContext"] != "n1" || st["IsoCode"] != "CN" {
		t.Errorf("sent: %v", st)
	}
	if got := s.Texts("13900000001"); len(got) != 1 || !strings.HasPrefix(got[0].Body, "【德州救助】最低生活保障 3 月 360 元,已打到尾号 6217") {
		t.Errorf("on the phone: %+v", got)
	}
	if st := status(t, base, clock.now(), "+8605342612345"); st["Code"] != "InvalidParameterValue.IncorrectPhoneNumber" {
		t.Errorf("landline: %v", st)
	}
	s.BlockNumber("13900000002", true)
	if st := status(t, base, clock.now(), "+8613900000002"); st["Code"] != "FailedOperation.PhoneNumberInBlacklist" {
		t.Errorf("blocked: %v", st)
	}
	for range dailyTexts - 1 {
		status(t, base, clock.now(), "+8613900000001")
	}
	if st := status(t, base, clock.now(), "+8613900000001"); st["Code"] != "LimitExceeded.PhoneNumberDailyLimit" {
		t.Errorf("eleventh text: %v", st)
	}
	_ = s.Break(Fault{Service: SMS, Call: "SendSms", Mode: ModeResult, Code: "FailedOperation.ContainSensitiveWord"})
	if st := status(t, base, clock.now(), "+8613900000003"); st["Code"] != "FailedOperation.ContainSensitiveWord" {
		t.Errorf("switched: %v", st)
	}
}

func TestSmsReceipts(t *testing.T) {
	t.Parallel()
	s, base, clock := world(t, nil)
	status(t, base, clock.now(), "+8613900000001")
	_ = s.Break(Fault{Service: SMS, Call: "SendSms", Mode: ModeReport, Code: "UNDELIV"})
	status(t, base, clock.now(), "+8613900000002")
	pull := func() []any {
		q := tcRequest{action: "PullSmsSendStatus", version: "2021-01-11", service: "sms", region: "ap-guangzhou", id: DemoSecretID, key: DemoSecretKey, at: clock.now(),
			body: `{"Limit":10,"SmsSdkAppId":"` + DemoSmsAppID + `"}`}
		set, _ := q.send(t, base, nil)["PullSmsSendStatusSet"].([]any)
		return set
	}
	got := pull()
	if len(got) != 2 || got[0].(map[string]any)["ReportStatus"] != "SUCCESS" || got[1].(map[string]any)["Description"] != "UNDELIV" {
		t.Errorf("receipts: %v", got)
	}
	if again := pull(); len(again) != 0 {
		t.Errorf("a receipt is handed out once: %v", again)
	}
}
