package township

import (
	"strconv"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// meansRow is one of the household with where their word on asking after income and property stands.
type meansRow struct {
	casefile.MeansPerson
	State, Tone string
	Last        *casefile.Authorisation // what they said last, nil for nothing
	Stands      *casefile.Authorisation
	Wanted      bool // their word is missing
}

// Means lays out whose word there is, as of today.
func (p casePage) Means() []meansRow {
	today, _ := core.ParseDate(p.Today) // the page's own
	out := make([]meansRow, 0, len(p.View.Means))
	for _, m := range p.View.Means {
		row := meansRow{MeansPerson: m, Stands: m.Standing(today)}
		if len(m.Words) > 0 {
			row.Last = &m.Words[0]
		}
		switch {
		case row.Stands != nil:
			row.State, row.Tone, row.Last = "同意,到 "+row.Stands.Expires.SayWhole(), "leaf", row.Stands
		case row.Last == nil && m.Minor:
			row.State = "未成年,不用"
		case row.Last == nil:
			row.State, row.Tone = "还没问", "amber"
		case !row.Last.Agreed:
			row.State, row.Tone = "不同意", "amber"
		case !row.Last.Withdrawn.IsZero():
			row.State, row.Tone = "撤回了", "amber"
		default:
			row.State, row.Tone = "到期了", "amber"
		}
		row.Wanted = row.Stands == nil && !m.Minor
		out = append(out, row)
	}
	return out
}

// MeansWanted is how many adults' words are missing.
func (p casePage) MeansWanted() (n int) {
	for _, m := range p.Means() {
		if m.Wanted {
			n++
		}
	}
	return n
}

// Calls are the recorded calls of the case, in one of which the text may have been read to somebody.
func (p casePage) Calls() (list []casefile.Linked) {
	for _, a := range p.View.Applications {
		if a.Recording != "" {
			list = append(list, a)
		}
	}
	return list
}

func (t *Room) meansWord(d doing) error {
	in := workflow.MeansWord{Case: d.id, Member: core.MemberRef(d.get("member")), Name: d.get("name"), Agreed: d.get("agreed") == "yes", Version: d.get("version"),
		How: casefile.MeansHow(d.get("how")), Call: core.ApplicationID(d.get("call")), Guardian: d.get("guardian"), Relation: d.get("relation"), Reason: d.get("reason"), Sure: d.get("sure") != ""}
	var err error
	if in.Agreed && in.How != casefile.MeansCall {
		if in.Signature, err = t.strokes(d, "adult"); err != nil {
			return err
		}
	}
	return t.d.Flow.MeansWord(d.r.Context(), d.actor, in)
}

func (t *Room) takeMeansBack(d doing) error {
	id, err := strconv.ParseInt(d.get("authorisation"), 10, 64)
	if err != nil {
		return core.Invalid("authorisation", "这一页没有传完整,请刷新再点一次。")
	}
	return t.d.Flow.TakeMeansBack(d.r.Context(), d.actor, d.id, id, d.get("reason"))
}
