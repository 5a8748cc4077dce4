package workflow

import (
	"encoding/json"
	"strings"

	"lianou/core"
)

// confirm lays facts that two visitors saw over the frozen ones. changed holds
// only what they looked at; paths are as in Provenance.
func confirm(frozen core.Household, sources map[string]core.Provenance, seen Seen) (core.Household, map[string]core.Provenance, error) {
	top, members, order, err := split(frozen)
	if err != nil {
		return core.Household{}, nil, err
	}
	merged := make(map[string]core.Provenance, len(sources)+len(seen.Facts))
	for path, source := range sources {
		merged[path] = source
	}
	for _, path := range seen.Same {
		if path == recognitions {
			return core.Household{}, nil, errRecognitions
		}
		if _, said := merged[path]; !said {
			return core.Household{}, nil, core.Invalid("same", "有一项还没有人说过,不能说“没变”。请填上看到的。")
		}
		merged[path] = seen.Source
	}
	for path, value := range seen.Facts {
		if path == recognitions {
			return core.Household{}, nil, errRecognitions
		}
		into := top
		key := path
		if rest, ok := strings.CutPrefix(path, "members/"); ok {
			ref, fact, _ := strings.Cut(rest, "/")
			into, key = members[ref], fact
		}
		if into == nil || key == "" || key == "ref" || key == "on" || key == "county" || key == "members" {
			return core.Household{}, nil, core.Invalid("facts", "有一项事实对不上,请刷新后再填。")
		}
		if path == "shocks" && string(value) != "[]" { // one more happened; none at all takes back
			if value, err = joinShocks(top[key], value); err != nil {
				return core.Household{}, nil, err
			}
		}
		into[key] = value
		merged[path] = seen.Source
	}
	h, err := join(top, members, order, frozen.On)
	if err != nil {
		return core.Household{}, nil, core.Invalid("facts", "有一项填得不对,请检查后再提交。").Wrap(err)
	}
	return h, merged, nil
}

// recognitions is the path of what a household is recognised as: for those who grant it, and
// seen at nobody's door.
const recognitions = "statuses"

var (
	errRecognitions = core.Invalid("same", "低保、特困这些身份由批的部门来定,这里不填。")
	// errFactsMoved: a tick says that a value is so, and another stands by now.
	errFactsMoved = core.E(core.KindConflict, "facts_moved", "打开这一页以后,情况又有了新的记录。请刷新,看过新的再点“属实”。")
)

// Seen is what a visit confirmed or corrected: fact path to value, in the JSON of
// the public contract (money in yuan), and the paths of what was looked at and is as it
// was said. A path in both is corrected.
type Seen struct {
	Facts  map[string]json.RawMessage
	Same   []string
	Shown  int // the version of the facts in which Same were read
	Source core.Provenance
}
