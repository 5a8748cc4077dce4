package wechat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/notify"
	"lianou/core/wording"
)

// Template is one subscribe-message template: its id, the page it opens, and for each
// of its fields where the value comes from: the name of a notice's field, "=" and fixed
// words, or "@day" for the day of sending.
type Template struct {
	ID     string            `json:"id"`
	Page   string            `json:"page"`
	Fields map[string]string `json:"fields"`
	// Enums lists, for each field of the kind enum, the values its console has.
	Enums map[string][]string `json:"enums"`
}

// fits holds a value to the rule of its field.
func (t Template) fits(key, value string) bool {
	return fits(key, value) && (!strings.HasPrefix(key, "enum") || slices.Contains(t.Enums[key], value))
}

func (t Template) check() error {
	if t.ID == "" || len(t.Fields) == 0 {
		return errors.New("it needs id and fields")
	}
	for key, from := range t.Fields {
		if fixed, ok := strings.CutPrefix(from, "="); ok && !t.fits(key, fixed) {
			return fmt.Errorf("the words of %s break its rule", key)
		}
		if ruleOf(key) == nil {
			return fmt.Errorf("%s is no kind of field", key)
		}
	}
	return nil
}

var (
	_ notify.Sender = (*Channel)(nil)
)

// Invited reports whether a tap on the template of this kind is left: notify.Invited.
func (c *Channel) Invited(ctx context.Context, citizen string, kind wording.Kind) (bool, error) {
	t, ok := c.cfg.Templates[kind]
	if !ok || citizen == "" {
		return false, nil
	}
	left, err := c.env.Citizens.Grants(ctx, citizen)
	return left[t.ID] > 0, err
}

// Send offers one subscribe message. It takes a grant first and sends nothing without
// one; WeChat counts the same way.
func (c *Channel) Send(ctx context.Context, m notify.Message) (notify.Outcome, error) {
	t, ok := c.cfg.Templates[m.Kind]
	if !ok {
		return refused("no_template"), nil
	}
	if m.Citizen == "" {
		return refused("no_account"), nil
	}
	data, field := t.fill(m)
	if field != "" {
		return refused("field_" + field), nil
	}
	openid, err := c.env.Citizens.Openid(ctx, m.Citizen)
	if core.KindOf(err) == core.KindNotFound {
		return refused("no_openid"), nil
	}
	if err == nil {
		err = c.env.Citizens.UseGrant(ctx, m.Citizen, t.ID)
	}
	if errors.Is(err, citizen.ErrNoGrant) {
		return refused("no_grant"), nil
	}
	if err != nil {
		return notify.Outcome{Result: notify.Later, Code: "store"}, err
	}
	return c.offer(ctx, m, t, map[string]any{
		"touser": openid, "template_id": t.ID, "page": t.Page, "miniprogram_state": c.cfg.State, "lang": "zh_CN", "data": data,
	})
}

func refused(code string) notify.Outcome { return notify.Outcome{Result: notify.Refused, Code: code} }

func (c *Channel) offer(ctx context.Context, m notify.Message, t Template, body map[string]any) (notify.Outcome, error) {
	var out struct {
		errcode
		MsgID tolerantID `json:"msgid"`
	}
	err := c.post(ctx, "/cgi-bin/message/subscribe/send", body, &out)
	if err != nil {
		return c.unknown(ctx, m, t, err)
	}
	got := meaning(int(out.Code))
	got.Provider = string(out.MsgID)
	c.settle(ctx, m, t, int(out.Code))
	return got, nil
}

// unknown: a message that was certainly not taken is offered again later; one whose answer was lost
// may lie on the phone, and its grant is spent.
func (c *Channel) unknown(ctx context.Context, m notify.Message, t Template, err error) (notify.Outcome, error) {
	var op *net.OpError
	var status statusError
	if errors.As(err, &op) && op.Op == "dial" || errors.As(err, &status) && status.undone() {
		c.giveBack(ctx, m, t)
		return notify.Outcome{Result: notify.Later, Code: "network"}, err
	}
	return notify.Outcome{Result: notify.Unknown, Code: "network"}, err
}

// meaning is what an errcode makes of a message (F23).
func meaning(code int) notify.Outcome {
	out := notify.Outcome{Result: notify.Refused, Code: strconv.Itoa(code)}
	switch code {
	case 0:
		out = notify.Outcome{Result: notify.Accepted}
	case -1, 45009, 40001, 42001, 40014:
		out.Result = notify.Later // busy, quota, or a token that died twice
	case 40003, 43004:
		out.Gone = true // left the mini-program, or follows us no more
	}
	// The rest is final on this way: 43101 no grant left, 40003 no such person, 40037 no
	// such template, 41030 no such page, 45015 too long silent, 47003 a field breaks its
	// rule, 48001 not permitted. The next way of telling takes over.
	return out
}

// settle keeps our count of grants equal to WeChat's.
func (c *Channel) settle(ctx context.Context, m notify.Message, t Template, code int) {
	switch code {
	case 0:
	case 43101:
		if err := c.env.Citizens.GrantsRefused(ctx, m.Citizen, t.ID); err != nil {
			c.env.Log.WarnContext(ctx, "grants not emptied", "error", err)
		}
	default:
		c.giveBack(ctx, m, t)
	}
	if code == 47003 || code == 40037 || code == 41030 {
		c.env.Log.ErrorContext(ctx, "subscribe template does not fit its console", "kind", string(m.Kind), "code", code)
	}
}

func (c *Channel) giveBack(ctx context.Context, m notify.Message, t Template) {
	if err := c.env.Citizens.GiveBack(ctx, m.Citizen, t.ID); err != nil {
		c.env.Log.WarnContext(ctx, "grant not given back", "error", err)
	}
}

// fill gives the template's data, or the name of the first field that cannot be
// filled by its rule.
func (t Template) fill(m notify.Message) (data map[string]any, bad string) {
	data = map[string]any{}
	for key, from := range t.Fields {
		value, fixed := strings.CutPrefix(from, "=")
		switch {
		case fixed:
		case from == "@day":
			value = m.Day.Time().Format("2006年1月2日")
		default:
			value = ""
			for _, f := range m.Fields {
				if f.Name == from {
					value = f.Value
				}
			}
			value = shorten(key, value)
		}
		if !t.fits(key, value) {
			return nil, key
		}
		data[key] = map[string]string{"value": value}
	}
	return data, ""
}

// tolerantID is a message's number, which WeChat writes as a number beyond 2^53.
type tolerantID string

func (t *tolerantID) UnmarshalJSON(b []byte) error {
	*t = tolerantID(strings.Trim(string(b), `"`))
	return nil
}
