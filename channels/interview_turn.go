package channels

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/intake/talks"
)

// The bodies that lead an interview.
type (
	// InterviewBegin opens one.
	InterviewBegin struct {
		Capacity string `json:"capacity,omitempty" doc:"For whom somebody speaks; asked when it is left out"`
	}
	// InterviewAnswered is an answer to the open step, or at the end to one that is put
	// right. The same one again is no second answer.
	InterviewAnswered struct {
		Step     string         `json:"step"`
		Revision int64          `json:"revision"`
		Answer   InterviewReply `json:"answer"`
	}
	// InterviewReply is exactly one of its fields.
	InterviewReply struct {
		Value   json.RawMessage  `json:"value,omitempty" doc:"Of the step's type; money in yuan"`
		Members []core.MemberRef `json:"members,omitempty" doc:"Of a round: who is named"`
		None    bool             `json:"none,omitempty" doc:"Of a round: nobody; of a list: nothing"`
		Dunno   bool             `json:"dunno,omitempty" doc:"The person does not know"`
		Said    string           `json:"said,omitempty" doc:"The person's own words"`
	}
	// InterviewAt names the revision that an act is about.
	InterviewAt struct {
		Revision int64 `json:"revision"`
	}
	// InterviewConfirmed hands the interview in.
	InterviewConfirmed struct {
		Key       string                `json:"key" doc:"Chosen once and repeated on retry"`
		Revision  int64                 `json:"revision"`
		Papers    []intake.PaperForm    `json:"papers,omitempty"`
		Consents  []InterviewAgreed     `json:"consents"`
		Signature *intake.SignatureForm `json:"signature"`
	}
	// InterviewAgreed is one text that was agreed to.
	InterviewAgreed struct {
		Purpose string `json:"purpose"`
		Version string `json:"version"`
	}
)

var (
	errFiled         = core.E(core.KindConflict, "interview_filed", "已经报上去了,不用再报。到“我的求助”里看回执号和进度。")
	errNoInterview   = core.E(core.KindNotFound, "interview_none", "还没有开始问。请点“我要求助”从头来。")
	errNotAsked      = core.E(core.KindConflict, "interview_not_done", "还有几句没问完。不想答了,就点“就到这儿”。")
	errInterviewBusy = core.E(core.KindUnavailable, "interview_busy", "刚才没存上,请再点一次。")
	errReply         = core.Invalid("answer", "这个回答没有收完整,请再答一次。")
)

// Moved says that an interview has gone on since the page was shown, or that what is agreed
// to has another text since, and how it is now.
type Moved struct {
	Now   Interview
	Texts bool // the texts alone have changed
}

func (m *Moved) Error() string { return "the interview is at another revision" }

// Unwrap gives the refusal that people see.
func (m *Moved) Unwrap() error {
	if m.Texts {
		return core.E(core.KindConflict, "interview_consents", "要您同意的话改过了,请再看一遍,再勾一次。")
	}
	return core.E(core.KindConflict, "interview_moved_on", "这一问已经答过了,请看下一问。")
}

// took is an answer that was taken, so that a client which lost ours may send it again.
type took struct {
	At  int64  `json:"at"` // the revision it answered
	Sum string `json:"sum"`
}

// tookMost bounds what is remembered: what lay offline for longer is out of date.
const tookMost = 60

// open is the conversation of somebody as it lies in the store.
type open struct {
	Talking
	kept talks.Talk
	say  string                                     // before the next question
	also func(ctx context.Context, tx *pg.Tx) error // kept together with it; nil for nothing
}

// perTalk sets the revisions of one conversation apart from those of the next: an answer
// that lay offline must not fit a conversation that began meanwhile.
const perTalk = 10_000

func (t *open) revision() int64 { return t.kept.ID*perTalk + t.kept.Rev - t.Quiet }

func (d *CitizenDoor) open(ctx context.Context, who citizen.Citizen) (*open, error) {
	kept, err := d.env.Talks.Open(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	if kept.ID == 0 {
		return nil, errNoInterview
	}
	return opened(kept)
}

func opened(kept talks.Talk) (*open, error) {
	t := &open{kept: kept}
	if err := json.Unmarshal(kept.Body, &t.Talking); err != nil || t.Talk == nil {
		return nil, core.E(core.KindInternal, "talk_kept", "") // the cause may quote what was said
	}
	return t, nil
}

// save keeps a conversation. Errors: talks.ErrMeanwhile.
func (d *CitizenDoor) save(ctx context.Context, who citizen.Citizen, t *open, filed bool) error {
	body, err := json.Marshal(t.Talking)
	if err != nil {
		return core.E(core.KindInternal, "talk_encode", "")
	}
	kept := t.kept
	kept.Body = body
	return d.env.Talks.Say(ctx, talks.Said{Citizen: who.ID, Channel: d.env.Name, Talk: kept, Filed: filed, Also: t.also})
}

func (d *CitizenDoor) rules() (*matching.Matcher, error) {
	return d.in.Rules.On(core.DateOf(d.env.Now()))
}

func (d *CitizenDoor) here() core.Provenance {
	return core.Provenance{Said: "citizen", By: d.env.Name, At: d.env.Now()}
}

// Interview is the one that is open, whatever door it began at. at, where it is not "",
// is a step of the summary to be put right. Errors: KindNotFound.
func (d *CitizenDoor) Interview(ctx context.Context, who citizen.Citizen, at string) (Interview, error) {
	t, err := d.open(ctx, who)
	if err != nil {
		return Interview{}, err
	}
	out, err := d.shown(t, at)
	if err == nil && out.Say == "" && out.Step.Ref == CapacityStep {
		out.Say, err = d.Over(ctx, who)
	}
	return out, err
}

func (d *CitizenDoor) shown(t *open, at string) (Interview, error) {
	m, err := d.rules()
	if err != nil {
		return Interview{}, err
	}
	out := d.in.show(t, m, at)
	out.Say = t.say
	return out, nil
}

// BeginInterview opens an interview, or gives the one that is open; fresh tells which.
// seed, where it is not nil, is what somebody answered before they logged in.
func (d *CitizenDoor) BeginInterview(ctx context.Context, who citizen.Citizen, in InterviewBegin, seed *interview.Conversation) (out Interview, fresh bool, err error) {
	out, err = d.Interview(ctx, who, "")
	if err == nil && seed != nil {
		out, err = d.planted(ctx, who, out, seed)
	}
	if core.KindOf(err) != core.KindNotFound {
		return out, false, err
	}
	t := &open{Talking: d.in.Begin(core.DateOf(d.env.Now()))}
	if phone := d.Phone(ctx, who); !phone.IsZero() {
		from := d.here()
		from.Said = FromAccount
		t.Know("form/contact.phone", phone.Reveal(), from)
	}
	d.Expect(ctx, who.ID, &t.Talking)
	if in.Capacity != "" {
		step := interview.Step{Ref: CapacityStep, Question: d.in.question(CapacityStep)}
		err = d.in.Take(&t.Talking, step, interview.Given{Step: CapacityStep, Answer: interview.Answer{Value: interview.Text(in.Capacity)}, From: d.here()})
		if err != nil {
			return Interview{}, false, err
		}
	}
	if seed != nil {
		d.in.plant(&t.Talking, seed, d.here())
	}
	err = d.save(ctx, who, t, false)
	if err != nil && !errors.Is(err, talks.ErrMeanwhile) {
		return Interview{}, false, err
	}
	fresh = err == nil
	out, err = d.Interview(ctx, who, "")
	return out, fresh, err
}

// planted takes what was answered before a log-in into the interview that is open, where
// nothing of the household was answered there yet.
func (d *CitizenDoor) planted(ctx context.Context, who citizen.Citizen, now Interview, seed *interview.Conversation) (Interview, error) {
	mark, err := json.Marshal(seed)
	if err != nil {
		return now, core.E(core.KindInternal, "talk_encode", "")
	}
	return d.act(ctx, who, now.Revision, mark, func(t *open, _ *matching.Matcher) error {
		if !slices.ContainsFunc(t.Talk.Given, func(g interview.Given) bool { return !strings.HasPrefix(g.Step, "form/") }) {
			d.in.plant(&t.Talking, seed, d.here())
		}
		return nil
	})
}

// Answer takes an answer. Errors: KindInvalid with a sentence that says how to answer,
// *Moved for an answer to what is no longer asked, KindNotFound.
func (d *CitizenDoor) Answer(ctx context.Context, who citizen.Citizen, in InterviewAnswered) (Interview, error) {
	mark, err := json.Marshal(in)
	if err != nil || !in.Answer.one() {
		return Interview{}, errReply
	}
	return d.AnswerBy(ctx, who, InterviewAt{in.Revision}, in.Step, mark, func(t *Talking, step interview.Step) (interview.Answer, error) {
		return d.in.replied(t, step, in.Answer, d.here())
	})
}

// AnswerBy is Answer for doors that read an answer out of something else than JSON, such
// as the fields of a page; mark is what came, so that the same again is no second answer.
func (d *CitizenDoor) AnswerBy(ctx context.Context, who citizen.Citizen, at InterviewAt, ref string, mark []byte,
	read func(*Talking, interview.Step) (interview.Answer, error)) (Interview, error) {
	return d.act(ctx, who, at.Revision, mark, func(t *open, m *matching.Matcher) error {
		if ref == interview.StepBegun {
			return d.fromCall(ctx, who, t, m, read)
		}
		return d.in.answer(t, m, ref, d.here(), read)
	})
}

// Back takes the last answer away.
func (d *CitizenDoor) Back(ctx context.Context, who citizen.Citizen, revision int64) (Interview, error) {
	return d.act(ctx, who, revision, []byte("back"), func(t *open, _ *matching.Matcher) error {
		t.Talk.Back()
		return nil
	})
}

// Enough ends the questions that only settle more.
func (d *CitizenDoor) Enough(ctx context.Context, who citizen.Citizen, revision int64) (Interview, error) {
	return d.act(ctx, who, revision, []byte("enough"), func(t *open, m *matching.Matcher) error {
		if t.Talk.Answered(interview.StepEnough) {
			return nil
		}
		step := d.in.Interviewer.Next(t.Talk, m)
		return d.in.Interviewer.Take(t.Talk, step, interview.Given{Step: interview.StepEnough, From: d.here()})
	})
}

// Forget ends the open interview without a trace, as it is at a revision; 0, of a client
// that sends none, is whatever is open. Having none is no error: the same again forgets
// once. What was confirmed is on its way and is finished, not forgotten. Errors: *Moved,
// KindConflict for what was handed in.
func (d *CitizenDoor) Forget(ctx context.Context, who citizen.Citizen, revision int64) error {
	for range tries {
		t, err := d.open(ctx, who)
		if core.KindOf(err) == core.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if t.Handing() {
			_, refused, err := d.finish(ctx, who, t)
			if refused {
				continue
			}
			return cmp.Or(err, error(errFiled))
		}
		if revision != 0 && t.revision() != revision {
			now, err := d.shown(t, "")
			if err != nil {
				return err
			}
			return &Moved{Now: now}
		}
		if err := d.env.Talks.Forget(ctx, who.ID, t.kept); !errors.Is(err, talks.ErrMeanwhile) {
			return err
		}
	}
	return errInterviewBusy
}

// Noticed keeps what was read for somebody to look at, such as an ID card, where an
// interview is open. It is no turn: an answer that is on its way still fits.
func (d *CitizenDoor) Noticed(ctx context.Context, who citizen.Citizen, said string, values map[string]string) error {
	if d.env.Talks == nil {
		return nil
	}
	from := d.here()
	from.Said = said
	for range tries {
		t, err := d.open(ctx, who)
		if err != nil {
			if core.KindOf(err) == core.KindNotFound {
				return nil
			}
			return err
		}
		if t.Read == nil {
			t.Read = map[string]Reading{}
		}
		for key, v := range values {
			if v != "" {
				t.Read[key] = Reading{v, from}
			}
		}
		t.Quiet++
		if err = d.saveBeside(ctx, who, t); !errors.Is(err, talks.ErrMeanwhile) {
			return err
		}
	}
	return talks.ErrMeanwhile
}

// tries is how often an act is taken again that another door's turn went past.
const tries = 4

// act goes on with the open interview by one act, in one turn: it is kept whole or not.
func (d *CitizenDoor) act(ctx context.Context, who citizen.Citizen, revision int64, mark []byte, do func(*open, *matching.Matcher) error) (Interview, error) {
	sum := sha256.Sum256(mark)
	this := took{revision, hex.EncodeToString(sum[:12])}
	m, err := d.rules()
	if err != nil {
		return Interview{}, err
	}
	for range tries {
		t, err := d.open(ctx, who)
		if err != nil {
			return Interview{}, err
		}
		if slices.Contains(t.Took, this) {
			return d.shown(t, "")
		}
		if t.Handing() { // it was confirmed: what is said after that belongs to no interview
			_, refused, err := d.finish(ctx, who, t)
			if refused {
				continue
			}
			return Interview{}, cmp.Or(err, error(errFiled))
		}
		if t.revision() != revision {
			now, err := d.shown(t, "")
			if err != nil {
				return Interview{}, err
			}
			return Interview{}, &Moved{Now: now}
		}
		if err := do(t, m); err != nil {
			return Interview{}, err
		}
		d.fromRecords(ctx, who, t)
		t.Took = append(t.Took, this)
		t.Took = t.Took[max(len(t.Took)-tookMost, 0):]
		switch err := d.save(ctx, who, t, false); {
		case err == nil:
			t.kept.Rev++
			return d.shown(t, "")
		case !errors.Is(err, talks.ErrMeanwhile):
			return Interview{}, err
		}
	}
	return Interview{}, errInterviewBusy
}
