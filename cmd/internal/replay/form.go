package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The frame of a trace, by its version. The digest is over the bytes between head and seal.
const (
	head1 = `{"trace":1,"body":`
	head2 = `{"trace":2,"body":`
	head3 = `{"trace":3,"body":`
	head4 = `{"trace":4,"body":`
	seal  = `,"sha256":"`
	tail  = "\"}\n"
)

type trace struct {
	version int
	Book    struct {
		Digest string `json:"digest"`
		From   string `json:"from"`
	} `json:"book"`
	On       string   `json:"on"`
	County   string   `json:"county"`
	Members  []string `json:"members"`
	Sources  []source `json:"sources"`
	Facts    []fact   `json:"facts"`
	Params   []param  `json:"params"`
	Tests    []test   `json:"tests"`
	Statuses []status `json:"statuses"`
	Items    []item   `json:"items"`
	Rules    []rule   `json:"rules"`
	Bundle   bundle   `json:"bundle"`
}

type source struct {
	ID   string `json:"id"`
	Said string `json:"said"`
	By   string `json:"by"`
	At   string `json:"at"`
}

type fact struct {
	Fact    string   `json:"fact"`
	Member  string   `json:"member"`
	Path    string   `json:"path"`
	Unit    string   `json:"unit"`
	Value   int64    `json:"value"`
	Word    string   `json:"word"`
	Sources []string `json:"sources"`
}

type param struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Value  int64  `json:"value"`
	Sample bool   `json:"sample"`
	Source string `json:"source"`
}

type test struct {
	Name  string   `json:"name"`
	Fact  string   `json:"fact"`
	Op    string   `json:"op"`
	Low   *int64   `json:"low"`
	High  *int64   `json:"high"`
	Words []string `json:"words"`
	Param string   `json:"param"`
	Other string   `json:"other"`
	By    string   `json:"by"`
	Times int64    `json:"times"`
	Law   string   `json:"law"`
}

type node struct {
	Kind   string   `json:"kind"`
	Test   string   `json:"test"`
	Status string   `json:"status"`
	N      int      `json:"n"`
	Kids   []*node  `json:"kids"`
	Is     []string `json:"is"`
}

type status struct {
	Key        string `json:"key"`
	Recognised string `json:"recognised"`
	GrantedBy  string `json:"granted_by"`
	When       *node  `json:"when"`
	Is         string `json:"is"`
	Law        string `json:"law"`
}

type item struct {
	Code    string   `json:"code"`
	Is      string   `json:"is"`
	When    *node    `json:"when"`
	Person  *node    `json:"person"`
	For     []string `json:"for"`
	After   string   `json:"after"`
	Outside bool     `json:"outside"`
	Per     string   `json:"per"`
	Each    bool     `json:"each"`
	Formula string   `json:"formula"`
	Shares  []*int64 `json:"shares"`
}

type rule struct {
	A      string `json:"a"`
	B      string `json:"b"`
	Kind   string `json:"kind"`
	Person bool   `json:"person"`
	AtMost string `json:"at_most"`
	Part   string `json:"part"`
	Law    string `json:"law"`
}

type bundle struct {
	Claims []claim  `json:"claims"`
	Acts   []act    `json:"acts"`
	Value  int64    `json:"value"`
	Items  []amount `json:"items"`
}

type claim struct {
	Item   string `json:"item"`
	Member string `json:"member"`
	Fen    *int64 `json:"fen"`
	Per    string `json:"per"`
	Value  int64  `json:"value"`
	Held   bool   `json:"held"`
	Fixed  bool   `json:"fixed"`
	Barred bool   `json:"barred"`
	Filed  bool   `json:"filed"`
	Taken  bool   `json:"taken"`
}

type act struct {
	Rule   int   `json:"rule"`
	A      int   `json:"a"`
	B      int   `json:"b"`
	Deduct int64 `json:"deduct"`
}

type amount struct {
	Item string   `json:"item"`
	Fen  int64    `json:"fen"`
	For  []string `json:"for"`
}

// read takes a trace apart, to the byte.
func read(b []byte) (*trace, error) {
	t := &trace{}
	body, ok := b, false
	for i, head := range []string{head1, head2, head3, head4} {
		if body, ok = bytes.CutPrefix(b, []byte(head)); ok {
			t.version = i + 1
			break
		}
	}
	if ok {
		body, ok = bytes.CutSuffix(body, []byte(tail))
	}
	at := len(body) - len(seal) - 2*sha256.Size
	if !ok || at < 0 || string(body[at:at+len(seal)]) != seal {
		return nil, errors.New("this is no trace of version 1, 2, 3 or 4")
	}
	sum := sha256.Sum256(body[:at])
	if hex.EncodeToString(sum[:]) != string(body[at+len(seal):]) {
		return nil, errors.New("the trace was changed: its digest does not hold")
	}
	d := json.NewDecoder(bytes.NewReader(body[:at]))
	d.DisallowUnknownFields()
	if err := d.Decode(t); err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("the trace goes on after its end")
	}
	return t, nil
}
