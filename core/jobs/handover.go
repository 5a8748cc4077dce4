package jobs

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// maxApplication bounds a sealed application. Texts and members are limited by
// intake; this stops what nobody thought of.
const maxApplication = 1 << 20

// Handover is an application on its way from gateway to platform, sealed to the
// platform's public key. Once written the gateway itself cannot read it.
type Handover struct {
	Application core.ApplicationID
	Region      core.RegionCode // as ScopeRegion gives it
	Wrapped     []byte          // the data key, as the envelope of the batch holds it
	Sealed      []byte
}

// SealHandover encodes and seals an application. One envelope serves a batch.
func SealHandover(env *seal.Envelope, app core.Application) (Handover, error) {
	plain, err := encode(app)
	if err != nil {
		return Handover{}, err
	}
	if len(plain) > maxApplication {
		return Handover{}, core.E(core.KindTooLarge, "application_too_large", "内容太多了,请把说明写短一些。")
	}
	sealed, err := env.Seal(plain, place(app.ID))
	if err != nil {
		return Handover{}, err
	}
	return Handover{Application: app.ID, Region: ScopeRegion(app.Live.Region), Wrapped: env.Wrapped, Sealed: sealed}, nil
}

// ScopeRegion is what stands in region columns for a place: its township, or the
// county's code with 000 while no more than the county is known.
func ScopeRegion(r core.RegionCode) core.RegionCode {
	if t := r.Township(); t != "" {
		return t
	}
	if len(r) == 6 {
		return r + "000"
	}
	return ""
}

func place(id core.ApplicationID) seal.At {
	return seal.At{Table: "handover", Row: string(id), Column: "sealed"}
}

// PutHandover stores applications in the transaction that accepts them, with its next
// statement or its commit. The caller has asked the unique index first who the
// winners are: an application that is here already is KindConflict then.
func PutHandover(tx *pg.Tx, batch []Handover) {
	const insert = `insert into handover (application, region, wrapped_key, sealed, at)
		select application, region, wrapped_key, sealed, $5
		from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[]) as u (application, region, wrapped_key, sealed)`
	if len(batch) == 0 {
		return
	}
	// One statement for all: a statement each is a tenth of what a batch costs.
	n := len(batch)
	ids, regions := make([]string, n), make([]string, n)
	wrapped, sealed := make([][]byte, n), make([][]byte, n)
	for i, h := range batch {
		ids[i], regions[i], wrapped[i], sealed[i] = string(h.Application), string(h.Region), h.Wrapped, h.Sealed
	}
	tx.Later("hand over applications", insert, ids, regions, wrapped, sealed, tx.Now())
}

// TakeHandover reads and opens one application; the row stays, it is immutable.
// The transaction's scope must hold the application's ScopeRegion. Errors: KindNotFound, seal.ErrOpen.
func TakeHandover(ctx context.Context, tx *pg.Tx, opener *seal.Opener, id core.ApplicationID) (core.Application, error) {
	const read = `select wrapped_key, sealed, at from handover where application = $1`
	var wrapped, sealed []byte
	var at time.Time
	if err := tx.QueryRow(ctx, read, string(id)).Scan(&wrapped, &sealed, &at); err != nil {
		return core.Application{}, pg.Fail(err, "take the handover of application "+string(id))
	}
	key, err := opener.Envelope(wrapped)
	if err != nil {
		return core.Application{}, err
	}
	plain, err := key.Open(sealed, place(id))
	if err != nil {
		return core.Application{}, err
	}
	app, err := decode(plain)
	if err != nil {
		return core.Application{}, err
	}
	if app.ID != id {
		return core.Application{}, core.E(core.KindInternal, "handover_mixed_up", "")
	}
	return app, nil
}
