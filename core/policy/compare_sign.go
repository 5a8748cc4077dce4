package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"lianou/core"
)

// A signer writes rules in one form, without the numbers that differ from Book to
// Book: equal signatures mean equal outcomes wherever the parameters are equal. Two
// forms of the same thought may have two signatures; a Diff then names too much.
type signer struct {
	book     *Book
	statuses map[string]string // by key: a digest, so that naming one often stays short
}

func newSigner(b *Book) *signer { return &signer{b, map[string]string{}} }

// outcome signs everything that an item's outcome hangs on but the amounts.
func (s *signer) outcome(it *Item) string {
	return s.tree(it.When, true) + " person " + s.tree(it.Person, true)
}

// own signs an item's tree with its statuses as names.
func (s *signer) own(it *Item) string {
	return s.tree(it.When, false) + " person " + s.tree(it.Person, false)
}

func (s *signer) tree(n *Node, deep bool) string {
	if n == nil {
		return "always"
	}
	var b strings.Builder
	s.write(&b, n, deep)
	return b.String()
}

func (s *signer) write(b *strings.Builder, n *Node, deep bool) {
	switch n.Kind {
	case NodeTest:
		b.WriteString(s.test(n.Test))
		return
	case NodeStatus:
		st := &s.book.Statuses[n.Status]
		b.WriteString("status " + st.Key)
		if deep {
			b.WriteString(" " + s.status(st))
		}
		return
	}
	fmt.Fprintf(b, "%d/%d(", n.Kind, n.N)
	for _, kid := range n.Kids {
		s.write(b, kid, deep)
		b.WriteByte(',')
	}
	b.WriteByte(')')
}

func (s *signer) test(t *Test) string {
	out := fmt.Sprintf("%s %s %d %d %x", t.Fact.Of().Key, t.Op, t.Low, t.High, t.Words)
	if l := t.Limit; l != nil {
		out += fmt.Sprintf(" limit %s %s*%s*%d", s.name(l.Param), l.Fact.Of().Key, s.name(l.By), l.Times)
	}
	return out
}

func (s *signer) name(id ParamID) string {
	if id < 0 {
		return "-"
	}
	return s.book.Params[id].Name
}

// status signs what a status is reached by, recognised or computed.
func (s *signer) status(st *Status) string {
	if known, seen := s.statuses[st.Key]; seen {
		return known
	}
	computed := "never"
	if st.When != nil {
		computed = s.tree(st.When, true)
	}
	sum := sha256.Sum256([]byte(st.Recognised.Of().Key + " " + computed))
	s.statuses[st.Key] = hex.EncodeToString(sum[:])
	return s.statuses[st.Key]
}

// benefit signs what an amount is computed by. Whether an outside body decides
// belongs to it, for what such a body may give is not deducted; and so does the
// number, by which equally good bundles are told apart.
func (s *signer) benefit(it *Item) string {
	return fmt.Sprintf("%s %v %v %d %s", it.Benefit.Per, it.Benefit.Each, it.Decides == ByOutside, it.No, source(it.Benefit.Formula))
}

func source(f *Formula) string {
	if f == nil {
		return ""
	}
	return f.Source
}

func (s *signer) rule(r *Rule) string {
	return fmt.Sprintf("%s %s %s %v %s %s", r.A, r.B, r.Kind, r.Person, s.name(r.AtMost), source(r.Part))
}

// rules signs the rules about one item, in their order.
func (s *signer) rules(code core.ItemCode) string {
	out := ""
	for i := range s.book.Rules {
		if r := &s.book.Rules[i]; r.A == code || r.B == code {
			out += s.rule(r) + "\n"
		}
	}
	return out
}

// texts signs what people read of an item.
func (s *signer) texts(it *Item) string {
	out := fmt.Sprintf("%q %q %q %q %q %q %q %q %q", it.Name, it.Everyday, it.English, it.Category, it.Law, it.Benefit.Text, it.LimitLaw, it.NoticeLaw, it.AppraiseLaw)
	for i := range s.book.Rules {
		if r := &s.book.Rules[i]; r.A == it.Code || r.B == it.Code {
			out += fmt.Sprintf("%q %q", r.Why, r.Law)
		}
	}
	return out
}

// process signs how an item is handled.
func (s *signer) process(it *Item) string {
	days := fmt.Sprintf("%d %d %d %q %q %d %v %v %q %+v", it.LimitDays, it.CountyDays, it.SpecialDays, it.LimitMark, it.LimitText,
		it.NoticeDays, it.NoticeIn, it.NoticeTwice, it.NoticeFree, it.Survey)
	return fmt.Sprintf("%+v %s %s %q %q %q %q %s %q %q", it.Department, it.Decides, it.ByLaw, it.Body, s.name(it.Ceiling),
		it.Entry, it.BenefitKind, it.Appraisal, fmt.Sprintf("%+v", it.Review), days)
}

func statusTexts(s *Status) string {
	return fmt.Sprintf("%q %q %q %q %q %q %q", s.Name, s.GrantedBy, s.TextRecognised.src, s.TextComputed.src, s.TextFail.src, s.TextUnknown.src, s.Law)
}
