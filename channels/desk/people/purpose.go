package people

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
)

// purposes are what an officer may look for. The word goes into the log as it is, and
// is what the person reads who asks who looked (PIPL art. 6: a stated purpose).
var purposes = []wording.Option{
	{Value: "case", Word: "办这件事"}, {Value: "check", Word: "核对情况"}, {Value: "call", Word: "回电话"}, {Value: "visit", Word: "上门前看"}, {Value: "reported", Word: "有人反映"},
}

var errNoPurpose = core.Invalid("for", "先选为什么要看,再查。每看一次都记下来。")

// errOtherHome keeps a case from being named as the reason to read another household.
var errOtherHome = core.Invalid("on", "那一天这个人住在另一家,不是这件事的这一家。要看那一家,另选一个查的原因。")

// asked is for what somebody looks: the purpose, and the case where they came from one.
type asked struct {
	For  string // one of purposes
	Case core.CaseID
}

// askedOf reads the purpose out of a request. It is false where none was chosen yet.
func askedOf(r *http.Request) (asked, bool) {
	a := asked{For: r.FormValue("for")}
	if n, err := strconv.ParseInt(r.FormValue("case"), 10, 64); err == nil && n > 0 && a.For == "case" {
		a.Case = core.CaseID(n)
	}
	return a, a.Word() != ""
}

// Word is the purpose in Chinese, "" for none of the list.
func (a asked) Word() string {
	for _, o := range purposes {
		if o.Value == a.For {
			return o.Word
		}
	}
	return ""
}

// Query carries the purpose on to the next page. It holds nothing of anybody.
func (a asked) Query() template.URL {
	v := url.Values{"for": {a.For}}
	if a.Case != 0 {
		v.Set("case", strconv.FormatInt(int64(a.Case), 10))
	}
	return template.URL(v.Encode()) // a word of the list and a number
}

// holds checks that the case which is named as the reason is this household's and the
// officer's to read; another one would be a false line in the log.
func (p *Room) holds(ctx context.Context, tx *pg.Tx, at desk.At, a asked, home core.HouseholdID) error {
	if a.Case == 0 {
		return nil
	}
	c, err := p.d.Cases.Get(ctx, tx, a.Case)
	if err == nil && (c.Household != home || home == 0 || !at.Staff.Covers(c.Region)) {
		err = errNobody
	}
	return err
}

// whyPage asks for the purpose before anything is read. It is the same for everybody
// who is looked for, so it tells of nobody whether they exist.
type whyPage struct {
	Purposes []wording.Option
}

func (p *Room) askWhy(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return at.Page.Show(w, at, desk.View{Room: "people", Name: "why", Title: "为什么要看"}, whyPage{purposes})
}
