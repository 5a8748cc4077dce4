package realname

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/go-resty/resty/v2"

	"lianou/core"
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
	http   *resty.Client
	host   string
	id     string
	secret string
	now    func() time.Time
}

const (
	tencentService = "faceid"
	tencentVersion = "2018-03-01"
	tencentAction  = "IdCardVerification"
	tencentType    = "application/json; charset=utf-8"
)

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
	return &Tencent{http: client, host: at.Host, id: c.SecretID, secret: c.SecretKey, now: c.Now}, nil
}

// Verify asks whether name and number belong together. Whatever goes wrong on the
// way is Unavailable with a code: "network", "status", "body" or the service's own.
func (t *Tencent) Verify(ctx context.Context, name string, id core.IDNumber) Answer {
	body, err := json.Marshal(struct{ IdCard, Name string }{id.Reveal(), name})
	if err != nil {
		return Answer{Unavailable, "police", "body"}
	}
	stamp := t.now().UTC()
	r, err := t.http.R().SetContext(ctx).SetHeaders(map[string]string{
		"Content-Type": tencentType, "X-TC-Action": tencentAction, "X-TC-Version": tencentVersion,
		"X-TC-Timestamp": strconv.FormatInt(stamp.Unix(), 10), "Authorization": t.authorize(body, stamp),
	}).SetBody(body).Post("/")
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

// authorize signs a request with TC3-HMAC-SHA256 (签名方法 v3).
func (t *Tencent) authorize(body []byte, stamp time.Time) string {
	const signed = "content-type;host"
	day := stamp.Format(time.DateOnly)
	scope := day + "/" + tencentService + "/tc3_request"
	canonical := "POST\n/\n\ncontent-type:" + tencentType + "\nhost:" + t.host + "\n\n" + signed + "\n" + hexSum(body)
	text := "TC3-HMAC-SHA256\n" + strconv.FormatInt(stamp.Unix(), 10) + "\n" + scope + "\n" + hexSum([]byte(canonical))
	key := mac(mac(mac([]byte("TC3"+t.secret), day), tencentService), "tc3_request")
	return "TC3-HMAC-SHA256 Credential=" + t.id + "/" + scope + ", SignedHeaders=" + signed + ", Signature=" + hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
