package bench

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"lianou/core"
	"lianou/intake"
	"lianou/intake/interview"
)

// keyLength is of every key of a bench: the place in the prepared request where a
// new one is written.
const keyLength = 36

// asker is who asks in a form, and where they live. With a card they are somebody whose house
// burnt yesterday, and it is urgent.
type asker struct {
	name, number string
	region       core.RegionCode
	card         string
}

// guilan is whose request every form of B1 is: what is measured there is the door.
func guilan() asker {
	return asker{name: "张桂兰", number: "371424196303150028", region: "371426104"}
}

// form is one household's request: what a family of three tells, so that what is
// sealed is about 4 KB.
func (h *house) form(key string, who asker) ([]byte, error) {
	f := intake.Form{
		Key:       key,
		Contact:   intake.ContactForm{Phone: "13805340001"},
		Applicant: intake.PersonForm{Name: who.name, IDNumber: who.number},
		Live:      intake.PlaceForm{Region: string(who.region), Detail: "村东头第三家"},
		Household: json.RawMessage(`{"area":"rural","hukou":"local","income_12m":9360,"houses":1,"cars":0,"members":[` +
			`{"ref":"m1","relation":"applicant","age":null},{"ref":"m2","relation":"child","age":33},{"ref":"m3","relation":"child","age":31}]}`),
		Story: strings.Repeat("儿子瘫在床上,没有钱看病。", storyTimes),
		Consents: []intake.ConsentForm{
			{Purpose: "process", Version: "2026-01", How: "tick"}, {Purpose: "means_check", Version: "2026-01", How: "signature"},
		},
		Signature: &intake.SignatureForm{Strokes: string(h.strokes), Document: promised()},
	}
	if who.card != "" {
		f.Urgent, f.Items, f.Account = true, []string{"MZ-03"}, who.card
		yesterday := time.Now().AddDate(0, 0, -1).Format(time.DateOnly)
		f.Household = json.RawMessage(`{"area":"rural","hukou":"local","shocks":[{"kind":"fire","date":"` + yesterday + `","loss":26000}],"members":[{"ref":"m1","relation":"applicant","age":null}]}`)
	}
	return json.Marshal(f)
}

// storyTimes makes the sealed application about 4 KB.
const storyTimes = 48

// template is a prepared request with a hole for the key.
type template struct {
	raw []byte
	at  int
}

func (h *house) template(token string, who asker) (template, error) {
	hole := strings.Repeat("k", keyLength)
	body, err := h.form(hole, who)
	if err != nil {
		return template{}, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /c/app/applications HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		h.addr, token, len(body))
	b.Write(body)
	return template{raw: b.Bytes(), at: bytes.Index(b.Bytes(), []byte(hole))}, nil
}

// with writes a key into the hole. The bytes are the template's own.
func (t template) with(key string) []byte {
	copy(t.raw[t.at:t.at+keyLength], key)
	return t.raw
}

// promised is the digest of a text that people sign.
func promised() string {
	sum := sha256.Sum256([]byte(interview.Promise))
	return hex.EncodeToString(sum[:])
}
