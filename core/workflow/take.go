package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/intake"
)

// take opens what the gateway sealed, under the number that names it now, and gives
// the number that was said with it too. The two differ where the second was somebody
// else's when the spool was drained: the gateway cannot open what it sealed, so the
// sealed application keeps it.
func (f *Flow) take(ctx context.Context, tx *pg.Tx, id core.ApplicationID) (app core.Application, said core.Receipt, err error) {
	if app, err = jobs.TakeHandover(ctx, tx, f.Opener, id); err != nil {
		return app, "", err
	}
	said = app.Receipt
	app.Receipt, err = intake.NumberOf(ctx, tx, id, said)
	return app, said, err
}

// renumbered tells the sender the number to ask with, and the officer which one was
// said. Asking with the said one cannot help: it names another household's case.
func (f *Flow) renumbered(ctx context.Context, tx *pg.Tx, opened casefile.Opened, app *core.Application, said core.Receipt) error {
	c, err := f.Cases.Get(ctx, tx, opened.Case)
	if err != nil {
		return err
	}
	line := casefile.Event{Case: c.ID, Kind: "application.renumbered", Actor: casefile.JobActor(),
		Staff: "当时说的回执号 " + wording.GroupReceipt(said) + " 是别家的,改为 " + wording.GroupReceipt(app.Receipt) + "。他报旧号时,告诉他新号"}
	if err := f.Cases.AddEvent(ctx, tx, line); err != nil {
		return err
	}
	who, err := f.Cases.Speaker(ctx, tx, c, app.ID)
	if err != nil {
		return err
	}
	_, err = f.Outbox.Enqueue(ctx, tx, noticeTo(who, c, notify.Notice{Key: "renumbered/application/" + string(app.ID), Application: app.ID,
		Text: wording.Renumbered(said, app.Receipt)}))
	return err
}
