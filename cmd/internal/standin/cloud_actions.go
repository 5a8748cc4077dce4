package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lianou/core"
)

// Text is a text message an operator delivered, or failed to.
type Text struct {
	Serial   string    `json:"serial"`
	Phone    string    `json:"phone"` // as sent, with +86
	At       time.Time `json:"at"`
	Template string    `json:"template"`
	Body     string    `json:"body"` // the template with its parameters, after the sign
	Session  string    `json:"session,omitempty"`
	Failed   string    `json:"failed,omitempty"` // the operator's reason; "" arrived
}

// DemoSmsTemplates are the texts approved for the demo's account.
func DemoSmsTemplates() map[string]string {
	return map[string]string{
		"2371401":     "{1} {2},已打到尾号 {3} 的卡。有问题打 12345,外地打 0534-12345。我们不收钱,不要验证码。",
		"2371402":     "您的申请到了{1}。{2} 个工作日内有人联系您。回执号 {3}。",
		DemoSmsNotice: "{1}",
		DemoSmsCode:   "您的登录码是 {1}。请在 {2} 分钟内填上。谁来要都不给,我们不会打电话要。",
	}
}

func (c *cloud) verifyCard(body []byte, f Fault) (any, error) {
	var in struct {
		IdCard, Name string
		Encryption   json.RawMessage
	}
	if err := params(body, &in); err != nil {
		return nil, err
	}
	if in.IdCard == "" || in.Name == "" {
		return nil, refuse("MissingParameter", "The request is missing a required parameter `IdCard` or `Name`.")
	}
	v := Verdict(f.Code)
	if f.Mode != ModeResult {
		y, m, d := c.now().Date()
		v = c.people.verdict(in.Name, in.IdCard, core.NewDate(y, m, d))
	}
	return map[string]string{"Result": string(v), "Description": identitySays[v]}, nil
}

// sendStatus is one number's line in the answer of SendSms.
type sendStatus struct {
	SerialNo, PhoneNumber string
	Fee                   int
	SessionContext        string
	Code, Message         string
	IsoCode               string
}

type smsRequest struct {
	PhoneNumberSet                                []string
	SmsSdkAppId, TemplateId, SignName             string
	TemplateParamSet                              []string
	ExtendCode, SessionContext, SenderId, Reserve string
}

var chinaMobile = regexp.MustCompile(`^\+861[3-9][0-9]{9}$`)

func (c *cloud) sendSms(body []byte, f Fault) (any, error) {
	var in smsRequest
	if err := params(body, &in); err != nil {
		return nil, err
	}
	text, err := c.compose(in)
	if err != nil {
		return nil, err
	}
	var set []sendStatus
	for _, phone := range in.PhoneNumberSet {
		set = append(set, c.sendOne(phone, text, in, f))
	}
	c.changed()
	return map[string]any{"SendStatusSet": set}, nil
}

// compose checks what concerns the whole request and fills the template.
func (c *cloud) compose(in smsRequest) (string, error) {
	text, known := c.cfg.SmsTemplates[in.TemplateId]
	switch {
	case len(in.PhoneNumberSet) == 0 || in.SmsSdkAppId == "" || in.TemplateId == "":
		return "", refuse("MissingParameter", "PhoneNumberSet, SmsSdkAppId and TemplateId are required.")
	case len(in.PhoneNumberSet) > 200:
		return "", refuse("LimitExceeded.PhoneNumberCountLimit", "At most 200 numbers may be sent to at once.")
	case in.SmsSdkAppId != c.cfg.SmsAppID:
		return "", refuse("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId verification failed.")
	case in.SignName != c.cfg.Sign:
		return "", refuse("FailedOperation.SignatureIncorrectOrUnapproved", "The signature is not approved or in a wrong format.")
	case !known:
		return "", refuse("FailedOperation.TemplateIncorrectOrUnapproved", "The template is not approved or does not exist.")
	}
	var fill []string
	for i, p := range in.TemplateParamSet {
		hole := "{" + strconv.Itoa(i+1) + "}"
		if !strings.Contains(text, hole) || !utf8.ValidString(p) {
			return "", refuse("InvalidParameterValue.TemplateParameterFormatError", "The template parameters do not fit the template.")
		}
		fill = append(fill, hole, p)
	}
	if strings.Contains(text, "{"+strconv.Itoa(len(in.TemplateParamSet)+1)+"}") {
		return "", refuse("InvalidParameterValue.TemplateParameterFormatError", "The template has more parameters than were given.")
	}
	text = strings.NewReplacer(fill...).Replace(text) // at once: a parameter may hold "{2}" itself
	return "【" + in.SignName + "】" + text, nil
}

// dailyTexts is how many texts one number may get in a day.
const dailyTexts = 10

func (c *cloud) sendOne(phone, text string, in smsRequest, f Fault) sendStatus {
	st := sendStatus{PhoneNumber: phone, SessionContext: in.SessionContext, Code: "Ok", Message: "send success", IsoCode: "CN"}
	today := 0
	for _, t := range c.st.Texts {
		if t.Phone == phone && c.stamp().Sub(t.At) < 24*time.Hour {
			today++
		}
	}
	switch {
	case f.Mode == ModeResult:
		st.Code, st.Message = f.Code, "refused by a switch"
	case !chinaMobile.MatchString(phone):
		st.Code, st.Message = "InvalidParameterValue.IncorrectPhoneNumber", "incorrect phone number"
	case c.st.Blocked[phone]:
		st.Code, st.Message = "FailedOperation.PhoneNumberInBlacklist", "the number is in the blacklist"
	case today >= dailyTexts:
		st.Code, st.Message = "LimitExceeded.PhoneNumberDailyLimit", "the number of texts of this day exceeds the limit"
	}
	if st.Code != "Ok" {
		return st
	}
	c.st.Serial++
	st.SerialNo = fmt.Sprintf("3714:%d%06d", c.now().Unix(), c.st.Serial)
	st.Fee = (utf8.RuneCountInString(text)-1)/67 + 1
	t := Text{Serial: st.SerialNo, Phone: phone, At: c.stamp(), Template: in.TemplateId, Body: text, Session: in.SessionContext}
	if f.Mode == ModeReport {
		t.Failed = or(f.Code, "UNDELIV")
	}
	c.st.Texts = append(c.st.Texts, t)
	if c.cfg.Status != "" {
		go c.report(t)
	}
	return st
}

// pullStatus hands each delivery receipt out once, oldest first.
func (c *cloud) pullStatus(body []byte, _ Fault) (any, error) {
	var in struct {
		Limit       int
		SmsSdkAppId string
	}
	if err := params(body, &in); err != nil {
		return nil, err
	}
	if in.Limit < 1 || in.Limit > 100 || in.SmsSdkAppId != c.cfg.SmsAppID {
		return nil, refuse("InvalidParameter", "Limit must be 1 to 100 and SmsSdkAppId ours.")
	}
	set := []map[string]any{}
	for _, t := range c.st.Texts[c.st.Pulled:min(c.st.Pulled+in.Limit, len(c.st.Texts))] {
		status, why := t.receipt()
		set = append(set, map[string]any{"UserReceiveTime": t.At.Unix(), "CountryCode": "86", "SubscriberNumber": t.Phone[3:],
			"PhoneNumber": t.Phone, "SerialNo": t.Serial, "ReportStatus": status, "Description": why, "SessionContext": t.Session})
	}
	c.st.Pulled += len(set)
	c.changed()
	return map[string]any{"PullSmsSendStatusSet": set}, nil
}

// receipt is the operator's word on a text.
func (t Text) receipt() (status, why string) {
	if t.Failed != "" {
		return "FAIL", t.Failed
	}
	return "SUCCESS", "DELIVRD"
}

// report posts a receipt to the configured address, once: who misses it pulls.
func (c *cloud) report(t Text) {
	status, why := t.receipt()
	raw, _ := json.Marshal([]map[string]string{{"user_receive_time": t.At.In(china).Format(time.DateTime), "nationcode": "86",
		"mobile": t.Phone[3:], "report_status": status, "errmsg": why, "description": why, "sid": t.Serial}})
	client := &http.Client{Timeout: 5 * time.Second}
	resp, err := client.Post(c.cfg.Status, "application/json", bytes.NewReader(raw))
	if err == nil {
		_ = resp.Body.Close()
	}
}

// china is the civil clock of the country; it has no summer time.
var china = time.FixedZone("CST", 8*3600)

// Texts lists the text messages sent to a mobile number (eleven digits), the
// undelivered ones too, oldest first.
func (s *Server) Texts(phone string) []Text {
	st := s.cloud.state()
	return slices.DeleteFunc(st.Texts, func(t Text) bool { return t.Phone != "+86"+phone })
}

// BlockNumber puts a number (eleven digits) on the operators' blacklist, or
// takes it off.
func (s *Server) BlockNumber(phone string, on bool) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.cloud.st.Blocked["+86"+phone] = on
	s.cloud.changed()
}
