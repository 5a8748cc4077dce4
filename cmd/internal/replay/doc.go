// Package replay checks a judgement from its trace alone: it reads the JSON, derives every
// outcome, amount and deduction anew and says where the trace does not hold.
//
// It is the second opinion on core/matching and therefore shares nothing with it: it
// imports only the standard library, knows neither the Book nor the vocabulary, and must
// not be made to agree by importing what it checks.
//
// What comes first is derived by the rule of the version that the trace names (after.go): one of
// version 1 stays as true as it was. Version 3 adds what a bundle needs (needs.go); version 4 is
// derived as version 3 is, from facts that say less (docs/trace-v4.schema.json).
package replay
