package payout

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"lianou/core"
)

// BankConfig says where the bank is.
type BankConfig struct {
	URL      string        // such as https://bank.example; required
	User     string        // of HTTP basic authentication; required
	Password string        // required
	Timeout  time.Duration // of one request. Defaults to 20 s
}

// Bank is the Rail of a bank that speaks docs/bank-file.md over HTTP.
type Bank struct {
	put *resty.Client
	get *resty.Client
}

// NewBank checks the configuration and makes a client.
func NewBank(cfg BankConfig) (*Bank, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || cfg.User == "" || cfg.Password == "" {
		return nil, core.E(core.KindInvalid, "bank_config", "")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 20 * time.Second
	}
	client := func() *resty.Client {
		return resty.New().SetBaseURL(cfg.URL).SetBasicAuth(cfg.User, cfg.Password).SetTimeout(cfg.Timeout).
			SetRedirectPolicy(resty.NoRedirectPolicy()).SetLogger(silent{}).SetDisableWarn(true).SetResponseBodyLimit(MaxReturnSize)
	}
	return &Bank{put: client(), get: client().SetRetryCount(2).SetRetryWaitTime(200 * time.Millisecond)}, nil
}

// silent keeps resty from writing URLs and bodies to a log of its own.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// errBank hides what the transport said: its text holds the address and may hold
// credentials.
func errBank(what string, status int) error {
	kind := core.KindUnavailable
	if status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout {
		kind = core.KindInternal // ours to mend: credentials, name, size
	}
	return core.E(kind, "bank_"+what, "").Wrap(errors.New(http.StatusText(status)))
}

// Put offers a payment file once.
func (b *Bank) Put(ctx context.Context, name string, raw []byte) (Word, error) {
	res, err := b.put.R().SetContext(ctx).SetHeader("Content-Type", "application/octet-stream").SetBody(raw).
		Put("/bank/inbox/" + url.PathEscape(name))
	if err != nil {
		return Unsaid, errBank("put", 0)
	}
	if s := res.StatusCode(); s != http.StatusOK && s != http.StatusCreated {
		return Unsaid, errBank("put", s)
	}
	return Here, nil
}

// Ask fetches the receipt of a payment file. A bare status says nothing: a wrong
// address and a proxy have a 404, too.
func (b *Bank) Ask(ctx context.Context, q Question) (Word, error) {
	res, err := b.get.R().SetContext(ctx).Get("/bank/inbox/" + url.PathEscape(q.Name))
	if err != nil {
		return Unsaid, errBank("ask", 0)
	}
	if res.StatusCode() != http.StatusOK {
		return Unsaid, errBank("ask", res.StatusCode())
	}
	if len(res.Body()) > MaxReceiptSize {
		return Unsaid, badFile("size", 0)
	}
	return q.heard(res.Body())
}

// MaxOutbox bounds how many names one look into the outbox takes in.
const MaxOutbox = 10_000

// Outbox lists the return files that the bank holds for us, and counts the names
// that no file may have.
func (b *Bank) Outbox(ctx context.Context) (names []string, odd int, err error) {
	res, err := b.get.R().SetContext(ctx).Get("/bank/outbox")
	if err != nil {
		return nil, 0, errBank("outbox", 0)
	}
	if res.StatusCode() != http.StatusOK {
		return nil, 0, errBank("outbox", res.StatusCode())
	}
	return parseOutbox(res.Body())
}

var outboxName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// bankName reports whether a file of the bank may have a name: not one of those that people's
// files have here.
func bankName(name string) bool {
	return outboxName.MatchString(name) && !strings.HasPrefix(name, broughtPrefix)
}

// parseOutbox reads the JSON list of names. A bad name is left out and counted: it
// must not hold up the money of the files beside it.
func parseOutbox(raw []byte) (names []string, odd int, err error) {
	if err := json.Unmarshal(raw, &names); err != nil || len(names) > MaxOutbox {
		return nil, 0, core.E(core.KindUnavailable, "bank_outbox_form", "")
	}
	all := len(names)
	names = slices.DeleteFunc(names, func(n string) bool { return !bankName(n) })
	return names, all - len(names), nil
}

// Fetch reads one return file whole.
func (b *Bank) Fetch(ctx context.Context, name string) ([]byte, error) {
	res, err := b.get.R().SetContext(ctx).SetDoNotParseResponse(true).Get("/bank/outbox/" + url.PathEscape(name))
	if err != nil {
		return nil, errBank("fetch", 0)
	}
	body := res.RawBody()
	defer body.Close()
	if res.StatusCode() != http.StatusOK {
		return nil, errBank("fetch", res.StatusCode())
	}
	raw, err := io.ReadAll(io.LimitReader(body, MaxReturnSize+1))
	if err != nil || len(raw) > MaxReturnSize {
		return nil, errBank("fetch", 0)
	}
	return raw, nil
}
