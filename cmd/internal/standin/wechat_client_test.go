package standin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/miniprogram"
	"github.com/silenceper/wechat/v2/miniprogram/business"
	"github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/miniprogram/subscribe"
	"github.com/silenceper/wechat/v2/util"
)

// store is the least cache the library accepts: strings only, no past expiry.
type store struct {
	mu sync.Mutex
	m  map[string]any
}

func (s *store) Get(k string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[k]
}
func (s *store) Set(k string, v any, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[k] = v
	return nil
}
func (s *store) IsExist(k string) bool { return s.Get(k) != nil }
func (s *store) Delete(k string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, k)
	return nil
}

// towards sends the library's requests to the stand-in; the Host header stays
// api.weixin.qq.com, as behind a real proxy.
type towards struct{ base *url.URL }

func (t towards) RoundTrip(r *http.Request) (*http.Response, error) {
	c := r.Clone(r.Context())
	c.URL.Scheme, c.URL.Host = t.base.Scheme, t.base.Host
	return http.DefaultTransport.RoundTrip(c)
}

// The unmodified library logs in, gets its token and sends. It is not parallel:
// the library's HTTP client is one for the whole process.
func TestSilenceperWechat(t *testing.T) {
	s, base, _ := world(t, nil)
	at, _ := url.Parse(base)
	old := util.DefaultHTTPClient
	util.DefaultHTTPClient = &http.Client{Transport: towards{at}, Timeout: 5 * time.Second}
	t.Cleanup(func() { util.DefaultHTTPClient = old })
	mini := miniprogram.NewMiniProgram(&config.Config{AppID: DemoAppID, AppSecret: DemoAppSecret, UseStableAK: true, Cache: &store{m: map[string]any{}}})

	login, err := mini.GetAuth().Code2SessionContext(context.Background(), s.LoginCode("a"))
	if err != nil || login.OpenID != s.OpenID("a") || login.SessionKey == "" {
		t.Fatalf("login: %+v, %v", login, err)
	}
	login, err = mini.GetAuth().Code2SessionContext(context.Background(), "used")
	if err == nil || login.ErrCode != 40029 {
		t.Errorf("a bad code: %+v, %v", login, err)
	}
	if token, err := mini.GetContext().GetAccessToken(); err != nil || token != stable(t, base) {
		t.Errorf("token %q, %v", token, err)
	}
	phone, err := mini.GetBusiness().GetPhoneNumberWithContext(context.Background(), &business.GetPhoneNumberRequest{Code: s.PhoneCode("a")})
	if err != nil || phone.PurePhoneNumber != DemoPersons()[0].Phone {
		t.Errorf("phone: %+v, %v", phone, err)
	}
	msg := &subscribe.Message{ToUser: s.OpenID("a"), TemplateID: "LIANOU-STEP-0001", Data: map[string]*subscribe.DataItem{
		"thing1": {Value: "低保"}, "phrase2": {Value: "已受理"}, "time3": {Value: "15:01"}, "thing4": {Value: "3 个工作日内有人联系您"}}}
	var refused *util.CommonError
	if err := mini.GetSubscribe().Send(msg); !errors.As(err, &refused) || refused.ErrCode != 43101 {
		t.Errorf("without a grant: %v", err)
	}
	s.Grant("a", "LIANOU-STEP-0001")
	if err := mini.GetSubscribe().Send(msg); err != nil {
		t.Errorf("with a grant: %v", err)
	}
	if got := s.WeChatMessages("a"); len(got) != 1 || got[0].Title != "办理进度通知" {
		t.Errorf("on the phone: %+v", got)
	}
}

func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	m := map[string]any{}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return m
}
