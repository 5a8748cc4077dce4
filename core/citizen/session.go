package citizen

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// ticketLen is the length of 32 random bytes in base64 without padding.
const ticketLen = 43

const refreshLife = 30 * 24 * time.Hour

// begin opens a session; its id is always fresh, so none can be fixed beforehand.
func (c *Citizens) begin(ctx context.Context, tx *pg.Tx, id string, e entry) (Login, error) {
	refresh, hash, err := newRefresh()
	if err != nil {
		return Login{}, err
	}
	session := uuid.Must(uuid.NewV7()).String()
	const q = `insert into citizen_session (id, citizen, way, refresh, started, used, expires, source) values ($1, $2, $3, $4, $5, $5, $6, $7)`
	if _, err := tx.Exec(ctx, q, session, id, string(e.way), hash, tx.Now(), tx.Now().Add(refreshLife), e.source); err != nil {
		return Login{}, pg.Fail(err, "open a session")
	}
	out, err := c.login(Citizen{ID: id, Session: session, Way: e.way})
	if err != nil {
		return Login{}, err
	}
	out.Refresh = refresh
	return out, c.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: id}, Act: "session.opened",
		Subject: "citizen:" + id, Purpose: "login", Detail: map[string]any{"way": e.way}})
}

// login signs a token of five minutes.
func (c *Citizens) login(who Citizen) (Login, error) {
	who.Expires = c.now().Add(tokenLife)
	token, err := sign(c.d.Token, who)
	return Login{Citizen: who, Token: token}, err
}

func newRefresh() (text string, hash []byte, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", nil, core.E(core.KindInternal, "random", "").Wrap(err)
	}
	text = base64.RawURLEncoding.EncodeToString(raw)
	return text, hashOf(text), nil
}

// hashOf is plain SHA-256: the token has 256 random bits and nothing to guess.
func hashOf(refresh string) []byte {
	sum := sha256.Sum256([]byte(refresh))
	return sum[:]
}

// Verify gives who a token speaks for, without any look-up; ErrToken when it does
// not hold or is older than five minutes.
func (c *Citizens) Verify(token string) (Citizen, error) { return c.verify(token, 0) }

// VerifyForSubmit is Verify with 24 hours of grace. Only the submitting routes may
// call it, and only while PostgreSQL is away.
func (c *Citizens) VerifyForSubmit(token string) (Citizen, error) {
	return c.verify(token, tokenGrace)
}

func (c *Citizens) verify(token string, grace time.Duration) (Citizen, error) {
	who, err := c.seen.open(c.public, token)
	if err != nil {
		return Citizen{}, err
	}
	now := c.now()
	if now.After(who.Expires.Add(grace)) || who.Expires.After(now.Add(tokenLife+tokenSkew)) {
		return Citizen{}, ErrToken
	}
	return who, nil
}

// again is how long a refresh token that was turned in gives the same pair once more: a
// page tapped twice, two tabs, or an answer that the network lost send it twice.
const again = 30 * time.Second

// Refresh turns a refresh token into a new pair; the same one soon again gives the same
// pair. One that was turned in before that has been copied: the session ends for everybody
// who holds it.
func (c *Citizens) Refresh(ctx context.Context, refresh string) (Login, error) {
	if len(refresh) != ticketLen {
		return Login{}, ErrToken
	}
	next := base64.RawURLEncoding.EncodeToString(c.d.Ring.Blind("citizen.refresh", refresh))
	var out Login
	stolen := false
	err := c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		var who Citizen
		who, stolen, err = turnIn(ctx, tx, refresh, next)
		if err != nil || stolen {
			return err
		}
		out, err = c.login(who)
		out.Refresh = next
		return err
	})
	if err == nil && stolen {
		return Login{}, ErrToken
	}
	return out, err
}

// turnIn puts the next token in the place of one; void is one that opens nothing.
func turnIn(ctx context.Context, tx *pg.Tx, refresh, next string) (who Citizen, void bool, err error) {
	const turn = `update citizen_session set refresh = $2, previous = refresh, used = $3
		where refresh = $1 and ended is null and expires > $3 returning id::text, citizen, way`
	const twice = `select id::text, citizen, way from citizen_session
		where previous = $1 and refresh = $2 and ended is null and expires > $3 and used > $4`
	was, is := hashOf(refresh), hashOf(next)
	err = pg.Fail(tx.QueryRow(ctx, turn, was, is, tx.Now()).Scan(&who.Session, &who.ID, &who.Way), "refresh a session")
	if core.KindOf(err) == core.KindNotFound {
		err = pg.Fail(tx.QueryRow(ctx, twice, was, is, tx.Now(), tx.Now().Add(-again)).Scan(&who.Session, &who.ID, &who.Way), "refresh a session again")
	}
	if core.KindOf(err) == core.KindNotFound {
		return Citizen{}, true, endStolen(ctx, tx, refresh)
	}
	return who, false, err
}

func endStolen(ctx context.Context, tx *pg.Tx, refresh string) error {
	const q = `update citizen_session set ended = $2 where previous = $1 and ended is null`
	_, err := tx.Exec(ctx, q, hashOf(refresh), tx.Now())
	return pg.Fail(err, "end a copied session")
}

// Logout ends one session; its token runs out within five minutes.
func (c *Citizens) Logout(ctx context.Context, who Citizen) error {
	return c.end(ctx, who, `update citizen_session set ended = $3 where citizen = $1 and id = $2::uuid and ended is null`)
}

// LogoutEverywhere ends every session of the account.
func (c *Citizens) LogoutEverywhere(ctx context.Context, who Citizen) error {
	return c.end(ctx, who, `update citizen_session set ended = $3 where citizen = $1 and $2::uuid is not null and ended is null`)
}

func (c *Citizens) end(ctx context.Context, who Citizen, q string) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, q, who.ID, who.Session, tx.Now()); err != nil {
			return pg.Fail(err, "end sessions")
		}
		return c.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: who.ID}, Act: "session.ended",
			Subject: "citizen:" + who.ID, Purpose: "login"})
	})
}
