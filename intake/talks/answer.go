package talks

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// AnswerWait is how long somebody who said an answer aloud waits for its words: their
// keyboard is there all the while, and a dead engine must not look like a slow one.
const AnswerWait = 20 * time.Second

// answersKept is how long what was heard can be asked for again; the sound is gone as soon
// as its hearing has ended, and with the row at the latest (PIPL art. 19).
const answersKept = 24 * time.Hour

// answersPerDay bounds what one account may have heard: an interview of sixty questions.
const answersPerDay = 60

var (
	errAnswersDay = core.E(core.KindTooMany, "voices_day", "今天说得太多了,请打字答,或者打 12345。")
	errAnswersNow = core.E(core.KindTooMany, "voices_now", "前面说的还在听,请等一会儿再说,或者打字。")
	errNoAnswer   = core.E(core.KindNotFound, "voice_none", "没有这段录音了。请再说一遍,或者打字。")
)

// HearAnswer asks the platform to hear an answer. Gateway to platform; it shares the queue
// of voice messages.
type HearAnswer struct {
	ID string `json:"id" river:"unique"`
}

// Kind is the stable name.
func (HearAnswer) Kind() string { return "hear_answer" }

// InsertOpts makes the job unique by answer.
func (HearAnswer) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: VoiceQueue, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// SpokenAnswer is an answer of the interview that somebody said aloud: a WAV file of 16-bit
// PCM, one channel.
type SpokenAnswer struct {
	ID      string // a UUID, chosen by the client's key: the same again is kept once
	Citizen string
	Sound   []byte
	Length  time.Duration
	Rate    int // samples a second
}

// AnswerState is how far the words of a spoken answer are.
type AnswerState string

// The states.
const (
	AnswerHearing  AnswerState = "hearing"
	AnswerHeard    AnswerState = "heard"
	AnswerNotHeard AnswerState = "not_heard"
)

// KeepAnswer keeps a spoken answer, sealed to the platform, and asks for its words, in one
// transaction. Again is a success. Errors: KindTooMany while two are being heard, and
// after sixty in a day.
func (s *Store) KeepAnswer(ctx context.Context, a SpokenAnswer) error {
	sealed, err := sealLine(s.d.Platform, string(a.Sound), answerAt(a.ID, "sound"))
	if err != nil {
		return err
	}
	const put = `insert into spoken_answer (id, citizen, slot, asked, until, ms, rate, wrapped, sound)
		select $1, $2, free, $3, $4, $5, $6, $7, $8 from generate_series(0, 1) free
		where not exists (select from spoken_answer where citizen = $2 and slot = free and state = 'hearing')
		order by free limit 1 on conflict do nothing`
	// What one account says takes turns: the same sent again while the first is still being
	// kept finds it, and two that are not the same find the two places there are.
	const turn = `select pg_advisory_xact_lock(hashtextextended('spoken_answer/' || $1, 0))`
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, turn, a.Citizen); err != nil {
			return pg.Fail(err, "wait for a spoken answer")
		}
		if err := answersOver(ctx, tx, a.Citizen); err != nil {
			return err
		}
		known, err := answersToday(ctx, tx, a)
		if err != nil || known {
			return err
		}
		tag, err := tx.Exec(ctx, put, a.ID, a.Citizen, tx.Now(), tx.Now().Add(AnswerWait), a.Length.Milliseconds(), a.Rate, sealed.wrapped, sealed.sealed)
		switch {
		case err != nil:
			return pg.Fail(err, "keep a spoken answer")
		case tag.RowsAffected() == 0:
			return errAnswersNow
		}
		return s.d.Speech.Insert(ctx, tx, HearAnswer{a.ID})
	})
}

// answersToday holds an account to its day, and reports whether this answer is known.
func answersToday(ctx context.Context, tx *pg.Tx, a SpokenAnswer) (known bool, err error) {
	const sql = `select count(*), coalesce(bool_or(id = $2), false) from spoken_answer where citizen = $1 and asked > $3`
	var n int
	err = tx.QueryRow(ctx, sql, a.Citizen, a.ID, tx.Now().Add(-answersKept)).Scan(&n, &known)
	if err == nil && !known && n >= answersPerDay {
		return false, errAnswersDay
	}
	return known, pg.Fail(err, "count spoken answers")
}

// answersOver ends what was waited for long enough, with its sound.
func answersOver(ctx context.Context, tx *pg.Tx, citizen string) error {
	const sql = `update spoken_answer set state = 'not_heard', reason = 'late', wrapped = null, sound = null, finished = $2
		where citizen = $1 and state = 'hearing' and until <= $2`
	_, err := tx.Exec(ctx, sql, citizen, tx.Now())
	return pg.Fail(err, "end the hearing of answers that are late")
}

// AnswerOf reads how far somebody's own spoken answer is, and what a machine heard in it.
// Errors: KindNotFound, also for somebody else's.
func (s *Store) AnswerOf(ctx context.Context, citizen, id string) (state AnswerState, words string, err error) {
	const sql = `select state, out_wrapped, out_sealed from spoken_answer where id = $1 and citizen = $2`
	var wrapped, sealed []byte
	err = s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := answersOver(ctx, tx, citizen); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, sql, id, citizen).Scan(&state, &wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoAnswer
		}
		return pg.Fail(err, "read a spoken answer")
	})
	if err != nil || state != AnswerHeard {
		return state, "", err
	}
	key, err := s.d.Opener.Envelope(wrapped)
	if err != nil {
		return state, "", err
	}
	plain, err := key.Open(sealed, answerAt(id, "out_sealed"))
	return state, string(plain), err
}

func answerAt(id, column string) seal.At {
	return seal.At{Table: "spoken_answer", Row: id, Column: column}
}
