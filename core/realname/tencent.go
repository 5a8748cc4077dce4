package realname

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/go-resty/resty/v2"

	"lianou/core"
	"lianou/core/tencent"
)

// TencentConfig is the account at the outside service (腾讯云 人脸核身,
// IdCardVerification).
type TencentConfig struct {
	// BaseURL is where to ask. Defaults to https://faceid.tencentcloudapi.com.
	BaseURL string

	// SecretID and SecretKey sign each request. Required.
	SecretID, SecretKey string

	// Timeout bounds one question. Defaults to 5 s.
	Timeout time.Duration

	// Now is the real clock: the signature carries it. Defaults to time.Now.
	Now func() time.Time
}

// Tencent asks IdCardVerification. It never repeats a question by itself: each
// answer is billed. Safe for concurrent use.
type Tencent struct {
	http    *resty.Client
	account tencent.Account
	now     func() time.Time
}

// codeQuota is the service's answer when the day's quota is used up.
const codeQuota = "-7"

// NewTencent checks the configuration.
func NewTencent(c TencentConfig) (*Tencent, error) {
	if c.BaseURL == "" {
		c.BaseURL = "https://faceid.tencentcloudapi.com"
	}
	if c.Timeout <= 0 {
		c.Timeout = 5 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	at, err := url.Parse(c.BaseURL)
	if err != nil || at.Host == "" || c.SecretID == "" || c.SecretKey == "" {
		return nil, core.E(core.KindInvalid, "realname_service_config", "")
	}
	client := resty.New().SetBaseURL(at.Scheme + "://" + at.Host).SetTimeout(c.Timeout).
		SetRedirectPolicy(resty.NoRedirectPolicy()).SetResponseBodyLimit(64 << 10)
	account := tencent.Account{ID: c.SecretID, Secret: c.SecretKey, Service: "faceid", Version: "2018-03-01", Host: at.Host}
	return &Tencent{http: client, account: account, now: c.Now}, nil
}

// Verify asks whether name and number belong together. Whatever goes wrong on the
// way is Unavailable with a code: "network", "status", "body" or the service's own.
func (t *Tencent) Verify(ctx context.Context, name string, id core.IDNumber) Answer {
	body, err := json.Marshal(struct{ IdCard, Name string }{id.Reveal(), name})
	if err != nil {
		return Answer{Unavailable, "police", "body"}
	}
	headers := t.account.Headers("IdCardVerification", body, t.now())
	r, err := t.http.R().SetContext(ctx).SetHeaders(headers).SetBody(body).Post("/")
	if err != nil {
		return Answer{Unavailable, "police", "network"} // the text would quote the request
	}
	if r.StatusCode() != 200 {
		return Answer{Unavailable, "police", "status"}
	}
	return readTencent(r.Body())
}

// readTencent maps the service's result codes (domain.md 7.2).
func readTencent(body []byte) Answer {
	var reply struct {
		Response struct {
			Result string
			Error  *struct{ Code string }
		}
	}
	if json.Unmarshal(body, &reply) != nil {
		return Answer{Unavailable, "police", "body"}
	}
	if e := reply.Response.Error; e != nil {
		return Answer{Unavailable, "police", cut(e.Code)}
	}
	code := reply.Response.Result
	switch code {
	case "0":
		return Answer{Match, "police", code}
	case "-1", "-2", "-3": // does not agree; a number or a name it does not take
		return Answer{Mismatch, "police", code}
	case "-5":
		return Answer{NotFound, "police", code}
	case "":
		return Answer{Unavailable, "police", "body"}
	}
	return Answer{Unavailable, "police", cut(code)} // -4 down, -6 upgrading, -7 quota, and what is new
}

// cut keeps a foreign code short enough for a column and a log.
func cut(code string) string {
	if len(code) > 60 {
		return code[:60]
	}
	return code
}
