package wechat

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"lianou/core"
)

// maxPush is the longest body that WeChat pushes: a text has 2,048 bytes at most, the
// rest is envelope and encryption.
const maxPush = 64 << 10

// pushFresh is how far the time of a push may be from ours. WeChat repeats one that was
// not answered three times within 15 seconds.
const pushFresh = 5 * time.Minute

// push holds what WeChat pushes to its proof. The library's own receiver accepts a wrong
// msg_signature, and knows no freshness.
type push struct {
	token string // the Token of the mini-program's message push
	key   string // its EncodingAESKey, of 43 characters
	appID string
	now   func() time.Time
}

var errPush = core.E(core.KindUnauthenticated, "wechat_push", "")

// sign is WeChat's signature: SHA-1 over its parts in the order of their bytes.
func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func equal(got, want string) bool { return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1 }

// fresh reports whether the time of a push is near ours, in either direction.
func (p *push) fresh(q url.Values) bool {
	sec, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
	if err != nil {
		return false
	}
	age := p.now().Sub(time.Unix(sec, 0))
	return age <= pushFresh && age >= -pushFresh
}

// echo answers the check of our address that WeChat makes when it is entered.
func (p *push) echo(q url.Values) (string, error) {
	if !equal(q.Get("signature"), sign(p.token, q.Get("timestamp"), q.Get("nonce"))) || !p.fresh(q) {
		return "", errPush
	}
	return q.Get("echostr"), nil
}

// open proves a push and gives its message. Nothing comes in plain: the signature of the
// plain mode does not cover the body, so that one address seen once could say anything as
// anybody.
func (p *push) open(q url.Values, body []byte) (message, error) {
	if !p.fresh(q) {
		return message{}, errPush
	}
	sealed, err := decodePush[envelope](body)
	if err != nil {
		return message{}, err
	}
	if q.Get("encrypt_type") != "aes" || sealed.Encrypt == "" ||
		!equal(q.Get("msg_signature"), sign(p.token, q.Get("timestamp"), q.Get("nonce"), sealed.Encrypt)) {
		return message{}, errPush
	}
	_, plain, err := util.DecryptMsg(p.appID, sealed.Encrypt, p.key) // compares the app id
	if err != nil {
		return message{}, errPush // its text holds what it decrypted
	}
	return decodePush[message](plain)
}

// envelope is a push of the safe mode.
type envelope struct {
	Encrypt string `json:"Encrypt" xml:"Encrypt"`
}

// message is what a person sent, or what happened to them. Its fields are those that we
// use; WeChat adds others as it pleases.
type message struct {
	From    string     `json:"FromUserName" xml:"FromUserName"`
	Created int64      `json:"CreateTime" xml:"CreateTime"`
	Type    string     `json:"MsgType" xml:"MsgType"`
	ID      wideNumber `json:"MsgId" xml:"MsgId"`
	Content string     `json:"Content" xml:"Content"`
	MediaID string     `json:"MediaId" xml:"MediaId"`
	Format  string     `json:"Format" xml:"Format"` // of a voice: "amr" or "speex"
	Event   string     `json:"Event" xml:"Event"`
	List    events     `json:"List,omitempty" xml:"SubscribeMsgPopupEvent>List"`     // of subscriptions
	Changed events     `json:"Changed,omitempty" xml:"SubscribeMsgChangeEvent>List"` // of XML; JSON has all three in List
	Sent    events     `json:"Sent,omitempty" xml:"SubscribeMsgSentEvent>List"`

	took time.Time // when it was taken in, of one that waited on disk
}

// subscribed is what somebody chose for one template, or what became of one message by it.
type subscribed struct {
	Template string `json:"TemplateId" xml:"TemplateId"`
	Status   string `json:"SubscribeStatusString" xml:"SubscribeStatusString"` // "accept" or "reject"

	Message wideNumber `json:"MsgID,omitempty" xml:"MsgID"`         // as the answer to the send named it
	Code    tolerantID `json:"ErrorCode,omitempty" xml:"ErrorCode"` // "0": it is on the phone
}

// events is a list that WeChat writes as one value where there is one.
type events []subscribed

// mostEvents bounds what one push tells: a tap is for three templates.
const mostEvents = 10

// UnmarshalJSON takes a list or its one value.
func (e *events) UnmarshalJSON(b []byte) error {
	var list []subscribed
	if err := json.Unmarshal(b, &list); err != nil {
		var one subscribed
		if err := json.Unmarshal(b, &one); err != nil {
			return errors.New("not a list of subscriptions")
		}
		list = []subscribed{one}
	}
	*e = list[:min(len(list), mostEvents)]
	return nil
}

// wideNumber is a number beyond 2^53, which some senders write as a string.
type wideNumber string

// UnmarshalJSON takes a number or a string of digits as it stands.
func (n *wideNumber) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s != "" && s != "null" {
		if _, err := strconv.ParseUint(s, 10, 64); err != nil {
			return errors.New("not a message's number")
		}
		*n = wideNumber(s)
	}
	return nil
}

// key names a message once: by its number, an event by who and when (WeChat repeats what
// was not answered in five seconds, with the same). It lies open in the table of messages,
// beside the account: whose openid it is must not be read there.
func (m message) key() string {
	if m.ID != "" {
		return string(m.ID)
	}
	who := sha256.Sum256([]byte("push " + m.From))
	key := hex.EncodeToString(who[:16]) + "@" + strconv.FormatInt(m.Created, 10) + "/" + m.Event
	for _, s := range append(m.List, m.Sent...) { // two messages may arrive in one second
		if s.Message != "" {
			key += "/" + string(s.Message)
		}
	}
	return key
}

var errPushBody = core.E(core.KindInvalid, "wechat_push_body", "")

// decodePush reads JSON or XML, one value and no more. Go's XML knows no entities but the
// five of XML itself, so that none can be declared or lead outside.
func decodePush[T any](body []byte) (v T, err error) {
	if len(body) > maxPush {
		return v, core.E(core.KindTooLarge, "wechat_push_large", "")
	}
	if trimmed := bytes.TrimSpace(body); bytes.HasPrefix(trimmed, []byte("<")) {
		d := xml.NewDecoder(bytes.NewReader(trimmed))
		d.Strict = true
		if err := d.Decode(&v); err != nil {
			return v, errPushBody
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return v, errPushBody
		}
		return v, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&v); err != nil {
		return v, errPushBody
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, errPushBody
	}
	return v, nil
}
