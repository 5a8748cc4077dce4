package papers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/wording"
)

// Limits. A household is asked for one or two papers; nine are a whole 户口本.
const (
	MostPapers = 9
	MostNote   = 500 // characters
	perDay     = 10  // of one account
)

// Errors of Send.
var (
	ErrKeyReused = core.E(core.KindConflict, "key_reused", "这一份已经送上来了,内容和这次不一样。要再补,请重新打开这一页。")
	ErrPaper     = core.Invalid("papers", "有一张照片没传好,请把它删了重新拍。")

	errPerDay = core.E(core.KindTooMany, "papers_day", "今天补的次数太多了,明天再补。急事打 "+wording.Hotline+"。")
	errGone   = core.E(core.KindNotFound, "not_found", "没有找到这个回执号。")
)

// Deps is what a Store works with; all are required.
type Deps struct {
	DB       *pg.DB
	Platform seal.Recipient // whom it is sealed to
	Digest   seal.Blinder   // keys the digest of a body
	Blobs    *blob.Store
	Audit    *audit.Log
	Jobs     *jobs.Inserter // into the platform's queue
}

// Store takes papers at the public edge. It is safe for use by many goroutines.
type Store struct{ d Deps }

// New makes a Store.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Platform.IsZero() || d.Digest.IsZero() || d.Blobs == nil || d.Audit == nil || d.Jobs == nil {
		return nil, errors.New("papers.New needs DB, Platform, Digest, Blobs, Audit and Jobs")
	}
	return &Store{d}, nil
}

// Sending is what somebody hands in. Whether the application is theirs to add to is the
// caller's to ask, and the database's.
type Sending struct {
	Citizen     string
	Key         string // chosen once by the client, repeated on retry
	Application core.ApplicationID
	Papers      []core.Paper
	Note        string
	Channel     core.ChannelName // at which it was said; of an Item
	Item        core.ItemCode    // the note says that the decision on it is wrong; "" for papers
	Unsolved    bool             // of an Item: not wrong, but not solved
}

// Sent is one thing that was handed in, as its sender sees it.
type Sent struct {
	At    time.Time
	Count int
	Taken bool // it lies in the case
	Again bool // the same key was here before
}

// body is what is sealed.
type body struct {
	Papers []core.Paper `json:"papers"`
	Note   string       `json:"note,omitempty"`

	Item    core.ItemCode    `json:"item,omitempty"`
	Channel core.ChannelName `json:"channel,omitempty"`

	Unsolved bool `json:"unsolved,omitempty"`
}

func (in *Sending) check() error {
	in.Note = strings.TrimSpace(in.Note)
	switch {
	case in.Citizen == "":
		return core.E(core.KindUnauthenticated, "no_account", "请先登录。")
	case in.Key == "" || len(in.Key) > 200 || !utf8.ValidString(in.Key) || strings.ContainsRune(in.Key, 0):
		return core.Invalid("key", "这一页没有打开完整,请关掉重新打开。")
	case in.Unsolved && in.Note == "":
		return core.Invalid("says", "请写一句,还差什么、哪里没办好。")
	case in.Item != "" && in.Note == "":
		return core.Invalid("says", "请写一句,哪里不对。")
	case len(in.Papers) > MostPapers:
		return core.Invalid("papers", "照片太多了,一次最多 9 张。多的下一次再补。")
	case len(in.Papers) == 0 && in.Note == "":
		return core.Invalid("papers", "还没有照片。请先拍一张,或者写一句话。")
	case utf8.RuneCountInString(in.Note) > MostNote || !utf8.ValidString(in.Note) || strings.ContainsRune(in.Note, 0):
		return core.Invalid("note", "写得太长了,请改到 500 个字以内。")
	}
	return nil
}

// Send keeps what was handed in, with everything that follows from it, in one
// transaction. The same key and content give the first one back with Again set.
//
// Errors: KindInvalid with the field; ErrPaper for a file that this account did not
// upload as a paper; ErrKeyReused; KindTooMany; KindNotFound for an application that is
// not the account's; KindUnavailable, to be tried again with the same key.
func (s *Store) Send(ctx context.Context, in Sending) (sent Sent, err error) {
	if err := in.check(); err != nil {
		return Sent{}, err
	}
	if err := s.uploaded(in); err != nil {
		return Sent{}, err
	}
	plain, digest, err := s.content(in)
	if err != nil {
		return Sent{}, err
	}
	env, err := s.d.Platform.NewEnvelope()
	if err != nil {
		return Sent{}, err
	}
	sealed, err := env.Seal(plain, place(in.Citizen, in.Key))
	if err != nil {
		return Sent{}, err
	}
	err = s.d.DB.Tx(ctx, pg.Subject(in.Citizen), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('papers ' || $1, 7))`, in.Citizen); err != nil {
			return pg.Fail(err, "wait for the same account")
		}
		again, found, err := before(ctx, tx, in, digest)
		if err != nil || found {
			sent = again
			return err
		}
		sent = Sent{At: tx.Now(), Count: len(in.Papers)}
		return s.keep(ctx, tx, in, row{digest, env.Wrapped, sealed})
	})
	return sent, err
}

// content is what is sealed, and its keyed digest, by which the same is known again.
func (s *Store) content(in Sending) (plain, digest []byte, err error) {
	if plain, err = json.Marshal(body{in.Papers, in.Note, in.Item, in.Channel, in.Unsolved}); err != nil {
		return nil, nil, core.E(core.KindInternal, "papers_body", "")
	}
	sum := sha256.Sum256(append([]byte(in.Application+"\n"), plain...))
	return plain, s.d.Digest.Blind("papers.body", string(sum[:])), nil
}

// Kept finds what was sent before with the key, for whoever asks again after what may be sent
// has changed; false for a key that is new. Errors: as of Send.
func (s *Store) Kept(ctx context.Context, in Sending) (sent Sent, found bool, err error) {
	if err := in.check(); err != nil {
		return Sent{}, false, err
	}
	_, digest, err := s.content(in)
	if err != nil {
		return Sent{}, false, err
	}
	err = s.d.DB.Read(ctx, pg.Subject(in.Citizen), func(ctx context.Context, tx *pg.Tx) (err error) {
		sent, found, err = before(ctx, tx, in, digest)
		return err
	})
	return sent, found, err
}

// uploaded holds every digest to the account that names it: a digest alone opens nothing.
func (s *Store) uploaded(in Sending) error {
	for i, p := range in.Papers {
		if !kind(p.Kind) || slices.ContainsFunc(in.Papers[:i], func(o core.Paper) bool { return o.Digest == p.Digest }) {
			return ErrPaper
		}
		if d, err := blob.ParseDigest(string(p.Digest)); err != nil || d != p.Digest {
			return ErrPaper
		}
		ok, err := s.d.Blobs.Uploaded(p.Digest, "paper", in.Citizen)
		if err != nil {
			return err
		}
		if !ok {
			return ErrPaper
		}
	}
	return nil
}

func kind(k core.PaperKind) bool {
	return k == core.PaperIDFront || k == core.PaperIDBack || k == core.PaperHukou || k == core.PaperOther
}

// before finds what a key was used for.
func before(ctx context.Context, tx *pg.Tx, in Sending, digest []byte) (sent Sent, found bool, err error) {
	var was []byte
	const sql = `select body_digest, at, count, taken is not null from supplement where citizen = $1 and key = $2`
	err = tx.QueryRow(ctx, sql, in.Citizen, in.Key).Scan(&was, &sent.At, &sent.Count, &sent.Taken)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Sent{}, false, nil
	case err != nil:
		return Sent{}, false, pg.Fail(err, "look for papers sent before")
	case !bytes.Equal(was, digest):
		return Sent{}, false, ErrKeyReused
	}
	sent.Again = true
	return sent, true, nil
}

type row struct{ digest, wrapped, sealed []byte }

func (s *Store) keep(ctx context.Context, tx *pg.Tx, in Sending, r row) error {
	var today int
	const count = `select count(*) from supplement where citizen = $1 and at > $2`
	if err := tx.QueryRow(ctx, count, in.Citizen, tx.Now().Add(-24*time.Hour)).Scan(&today); err != nil {
		return pg.Fail(err, "count papers of an account")
	}
	if today >= perDay {
		return errPerDay
	}
	const put = `insert into supplement (citizen, key, body_digest, application, region, count, wrapped, sealed, at)
		select $1, $2, $3, $4, region, $5, $6, $7, $8 from (
			select region, 1 as rank from case_status where application = $4 and (citizen = $1 or application = any (array(select grant_applications())))
			union all select region, 2 from application where id = $4 and citizen = $1) own
		order by rank limit 1 returning id`
	var id int64
	err := tx.QueryRow(ctx, put, in.Citizen, in.Key, r.digest, string(in.Application), len(in.Papers), r.wrapped, r.sealed, tx.Now()).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return errGone
	}
	if err != nil {
		return pg.Fail(err, "keep papers")
	}
	digests := make([]string, len(in.Papers))
	for i, p := range in.Papers {
		digests[i] = string(p.Digest)
	}
	const name = `insert into application_blob (digest, application) select d, $2::uuid from unnest($1::text[]) d on conflict do nothing`
	if _, err := tx.Exec(ctx, name, digests, string(in.Application)); err != nil {
		return pg.Fail(err, "name papers")
	}
	err = s.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: in.Citizen}, Act: "papers.sent", Application: in.Application,
		Subject: "papers:" + strconv.FormatInt(id, 10), Purpose: "supplement", Detail: map[string]any{"count": len(in.Papers), "note": in.Note != ""}})
	if err != nil {
		return err
	}
	return s.d.Jobs.Insert(ctx, tx, jobs.PapersSent{Papers: id})
}

func place(citizen, key string) seal.At {
	return seal.At{Table: "supplement", Row: citizen + " " + key, Column: "sealed"}
}

const mostListed = 50

// Of lists what an account handed in to an application, the newest first.
func (s *Store) Of(ctx context.Context, citizen string, id core.ApplicationID) (list []Sent, err error) {
	if citizen == "" {
		return nil, nil
	}
	const sql = `select at, count, taken is not null from supplement where citizen = $1 and application = $2 order by id desc limit $3`
	err = s.d.DB.Read(ctx, pg.Subject(citizen), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, citizen, string(id), mostListed)
		if err != nil {
			return pg.Fail(err, "list papers sent")
		}
		list, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (one Sent, err error) {
			err = r.Scan(&one.At, &one.Count, &one.Taken)
			return one, err
		})
		return pg.Fail(err, "list papers sent")
	})
	return list, err
}

// What names what was handed in, for a sentence: "2 张照片", "一句话".
func What(count int) string {
	if count == 0 {
		return "一句话"
	}
	return fmt.Sprintf("%d 张照片", count)
}
