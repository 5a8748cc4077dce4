package wechat

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"lianou/core"
)

// fromCall takes a message for the answer to whom the call was about that the person
// goes on from. Need that is told in it is heard first.
func (t *turning) fromCall(ctx context.Context, said string) error {
	chat := t.c.chat
	if word := chat.in.Distress(&t.st.Talking, said, t.from); word != "" {
		t.out.ask(word, chat.ask(t.st, t.m))
		return nil
	}
	proof, err := t.c.door.Prove(ctx, t.citizen, &t.st.Talking, said)
	if core.KindOf(err) == core.KindInvalid {
		t.out.say(core.Known(err).Say + "\n不想接着填,回“不用”;想跟人说,回“人工”。")
		return nil
	}
	if err != nil {
		return err
	}
	t.keeps(proof.Also)
	t.out.ask(proof.Say, chat.ask(t.st, t.m))
	return nil
}

// unlearn drops the facts that others put down, so that the person is asked for them; who
// lives there stays. It reports whether there were any.
func (c *chat) unlearn(st *chatting) bool {
	facts := st.Talk.Known.Facts
	n := len(facts)
	maps.DeleteFunc(facts, func(path string, _ json.RawMessage) bool {
		return !strings.HasSuffix(path, "/relation") && !strings.HasSuffix(path, "/age")
	})
	if len(facts) == n {
		return false
	}
	st.Stage = asking
	return true
}
