package wechat

import (
	"strings"

	"lianou/core"
	"lianou/core/matching"
	"lianou/intake/interview"
)

// misses is how many words under the summary may be understood by nobody before we offer
// somebody who puts it right.
const misses = 3

const offerPerson = "要人帮您改,回“人工”。"

// mend takes words under the summary that name one of its lines: the new value where they
// say it, else the question of that line again. done is false for words that name none.
func (c *chat) mend(st *chatting, m *matching.Matcher, said string, from core.Provenance) (out outcome, done bool) {
	if denied := strings.Contains(said, "不对") || strings.Contains(said, "错"); st.Fix != "" && !denied {
		err := c.mended(st, st.Fix, said, from)
		if err == nil {
			out.ask("好,改过来了。", c.over(st, m))
			return out, true
		}
		if step, _, _, ok := c.iv.Named(st.Talk, said); !ok || step.Ref == st.Fix {
			out.say(st.missed(core.Known(err).Say))
			return out, true
		}
	}
	step, a, heard, ok := c.iv.Named(st.Talk, said)
	if !ok {
		return out, false
	}
	if heard && c.in.Correct(&st.Talking, step, interview.Given{Step: step.Ref, Answer: a, From: from}) == nil {
		out.ask("好,改过来了。", c.over(st, m))
		return out, true
	}
	lead := "好,改这一条。\n"
	if strings.HasSuffix(step.Ref, ".name") {
		lead = "那"
	}
	if words := lead + c.iv.Words(st.Talk, step, interview.Chat); st.Fix != step.Ref {
		st.Fix, st.Lost = step.Ref, 0
		out.say(words)
	} else {
		out.say(st.missed(words))
	}
	return out, true
}

// mended takes the answer to a line that was asked again.
func (c *chat) mended(st *chatting, ref, said string, from core.Provenance) error {
	step, _, ok := c.iv.Again(st.Talk, ref)
	if !ok {
		return core.Invalid(ref, "这一条改不了了。")
	}
	a, err := c.in.Hear(&st.Talking, step, said)
	if err != nil {
		return err
	}
	return c.in.Correct(&st.Talking, step, interview.Given{Step: ref, Answer: a, From: from})
}

// over is what follows on something that was put right: what it opens is asked, else the
// summary is told anew.
func (c *chat) over(st *chatting, m *matching.Matcher) []string {
	st.Fix, st.Lost, st.Stage = "", 0, asking
	return c.ask(st, m)
}

// missed says something that is said because nothing was understood, and after a few of
// them who can help.
func (st *chatting) missed(words string) string {
	if st.Lost++; st.Lost >= misses {
		words += "\n" + offerPerson
	}
	return words
}
