// Package tc3 signs requests to Tencent Cloud's APIs with TC3-HMAC-SHA256 (签名方法
// v3) and reads the frame their answers stand in.
//
// It must not know any action: the real-name check and the text messages each own
// theirs.
package tc3

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

// Config is what a Client is set up with.
type Config struct {
	BaseURL   string // such as https://sms.tencentcloudapi.com; required
	Service   string // "sms", "faceid"; required
	Version   string // of the API, such as "2021-01-11"; required
	SecretID  string // required
	SecretKey string // required

	// Timeout of one request. Defaults to 5 s.
	Timeout time.Duration
	// Now stamps requests; the other side allows five minutes. Defaults to time.Now.
	Now func() time.Time
}

// Client calls one service. It never repeats a request: what may have been done
// twice is the caller's to judge. Safe for concurrent use.
type Client struct {
	cfg  Config
	http *resty.Client
	host string
}

const contentType = "application/json; charset=utf-8"

// New checks the configuration.
func New(cfg Config) (*Client, error) {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	at, err := url.Parse(cfg.BaseURL)
	if err != nil || at.Host == "" || cfg.Service == "" || cfg.Version == "" || cfg.SecretID == "" || cfg.SecretKey == "" {
		return nil, core.E(core.KindInvalid, "tc3_config", "")
	}
	client := resty.New().SetBaseURL(at.Scheme + "://" + at.Host).SetTimeout(cfg.Timeout).
		SetRedirectPolicy(resty.NoRedirectPolicy()).SetResponseBodyLimit(256 << 10)
	return &Client{cfg: cfg, http: client, host: at.Host}, nil
}

// Fault is why a call gave no answer. Sent reports whether the request may have
// reached the service: then the outcome is unknown. Code is the service's own, or
// "network", "status", "body"; it holds nothing personal.
type Fault struct {
	Code string
	Sent bool
}

func (f *Fault) Error() string { return "tencent cloud: " + f.Code }

// Call posts params to an action and decodes its Response into out.
func (c *Client) Call(ctx context.Context, action string, params, out any) *Fault {
	body, err := json.Marshal(params)
	if err != nil {
		return &Fault{Code: "body"}
	}
	stamp := c.cfg.Now().UTC()
	r, err := c.http.R().SetContext(ctx).SetHeaders(map[string]string{
		"Content-Type": contentType, "X-TC-Action": action, "X-TC-Version": c.cfg.Version,
		"X-TC-Timestamp": strconv.FormatInt(stamp.Unix(), 10), "Authorization": c.authorize(body, stamp),
	}).SetBody(body).Post("/")
	switch {
	case err != nil:
		return &Fault{Code: "network", Sent: true} // its text would quote the request
	case r.StatusCode() != 200:
		return &Fault{Code: "status", Sent: true}
	}
	var frame struct{ Response json.RawMessage }
	var refused struct{ Error *struct{ Code string } }
	if json.Unmarshal(r.Body(), &frame) != nil || json.Unmarshal(frame.Response, &refused) != nil {
		return &Fault{Code: "body", Sent: true}
	}
	if refused.Error != nil {
		return &Fault{Code: short(refused.Error.Code)}
	}
	if json.Unmarshal(frame.Response, out) != nil {
		return &Fault{Code: "body", Sent: true}
	}
	return nil
}

// short keeps a foreign code fit for a column and a log.
func short(code string) string {
	if len(code) > 60 {
		return code[:60]
	}
	return code
}

// authorize computes the Authorization header over content type, host and body.
func (c *Client) authorize(body []byte, stamp time.Time) string {
	const signed = "content-type;host"
	day := stamp.Format(time.DateOnly)
	scope := day + "/" + c.cfg.Service + "/tc3_request"
	canonical := "POST\n/\n\ncontent-type:" + contentType + "\nhost:" + c.host + "\n\n" + signed + "\n" + hexSum(body)
	text := "TC3-HMAC-SHA256\n" + strconv.FormatInt(stamp.Unix(), 10) + "\n" + scope + "\n" + hexSum([]byte(canonical))
	key := mac(mac(mac([]byte("TC3"+c.cfg.SecretKey), day), c.cfg.Service), "tc3_request")
	return "TC3-HMAC-SHA256 Credential=" + c.cfg.SecretID + "/" + scope + ", SignedHeaders=" + signed + ", Signature=" + hex.EncodeToString(mac(key, text))
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
