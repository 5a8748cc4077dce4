package wording

import (
	"strings"

	"lianou/core"
)

// Contested is what came of something that somebody disputed of their household, as an
// officer tells it to them.
type Contested struct {
	Whose   string // the member's name, "" for the whole household's
	Label   string // of the fact, such as "上学"
	Claimed string // what they said it is, in words
	Stands  string // what it was before, in words
	Since   core.Date
	Changed bool
	Why     string // as whoever decided wrote it
}

// Say is what to say: what they had said, what came of it and why, and what they can do
// next. The reason is whoever decided's own words, and the rest is held to Lint.
func (c Contested) Say() string {
	whose := "您家的"
	if c.Whose != "" {
		whose = c.Whose + "的"
	}
	said := "您说" + whose + "“" + c.Label + "”不对,应该是" + c.Claimed + "。另一位同事核过了。"
	if c.Changed {
		said += "改过来了,从" + c.Since.SayWhole() + "起算。"
	} else {
		said += "这次没有改,还按" + c.Stands + "算。"
	}
	said += "理由是:" + strings.TrimRight(strings.TrimSpace(c.Why), "。.;\uff1b") + "。"
	if c.Changed {
		return said + "先看谁家,照新的排。批不批,看每一项的条件。" + Help
	}
	return said + "您有新的凭据,随时再说,我们再核。您还是不同意,可以打 " + Hotline + ",也可以到县民政局说。以后办的事不批,书面决定上写着怎么申请复议。"
}
