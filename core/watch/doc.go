// Package watch looks at everybody: the scan of the whole registry (全库扫描), and what
// it finds that people should act on (线索).
//
// It owns the tables scan, scan_town, lead, lead_reopen, lead_trail and lead_event. A scan is cut by township: each is one
// transaction that packs what was written since, judges every household, stores what
// differs and lays a lead for what is newly due, for what is newly lost of things that somebody
// has or has asked for, and for what may be owed of
// months already entitled where a higher amount took effect on an earlier day. Any number of machines
// takes townships from one list; one that dies leaves its township to the next.
//
// It decides nothing and tells nobody: a lead is read by a person, who goes there.
package watch
