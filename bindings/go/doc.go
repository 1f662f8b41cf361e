// SPDX-License-Identifier: MIT

// Package icp learns an Ideal Customer Profile from a list of customers and scores companies against it, by libicp.
//
//	c, err := icp.NewContext(nil)
//	world, err := c.BuildReference(ctx, &icp.ReferenceOptions{Key: "domain"}, icp.File("companies.csv"))
//	model, err := c.Fit(ctx, world, icp.FitData{
//		Customers: []icp.Input{icp.File("customers.csv")},
//		Universe:  []icp.Input{icp.File("companies.csv")},
//	}, nil)
//	scorer, err := model.NewScorer(nil)
//	err = scorer.ScoreTable(ctx, c, icp.File("companies.csv"), func(r *icp.Result) error {
//		keys, err := r.Keys()
//		scores, err := r.Scores(icp.LayerFit)
//		...
//	})
//
// A score is 498 + 53 log2 of how much commoner a company's traits are among customers than among companies at large: 657 means 8 times as common, 53 points
// double it. The same model and input give the same whole numbers as in C, on the command line and in every other language.
//
// # Data in
//
// Tables are given as an Input: a File, a file of an fs.FS, an io.Reader, or rows in memory. An io.Reader is read a block at a time and its rows never cross into Go; rows in
// memory cross as one block of text (BatchOfRows, BatchOfMaps) or a block at a time (Rows, Maps). Arrow streams and record batches come in without a copy (Arrow, BatchOfArrow).
//
// # Errors
//
// Every failure is an *Error with a Code, the source, row, line and column. A code is an error too: errors.Is(err, icp.ErrFormat). What an io.Reader, an io.Writer or a context.Context of the
// caller failed with is wrapped. Outputs are untouched by a call that fails.
//
// # Goroutines
//
// Context, Pool, Batch, Schema, Reference, Model and Decisions, and Accounts once a scorer uses them, may be used by any number of goroutines at once. Reader, Record, Account,
// ReferenceBuilder, Fit, Scorer, Result, Distribution and Dataset belong to one at a time: a second call at the same time is refused with ErrState. Make a Scorer for each goroutine; they share the
// Model. The library starts no thread but those of a Pool. Functions of the caller (io.Reader, io.Writer, progress, log) run on the goroutine that made the call; a panic in them goes on when the
// library's own code has been left.
//
// # Memory
//
// Close releases an object at once; one that is forgotten is released by a finalizer, which knows nothing of the memory behind it: close what is large. An object keeps what it was made from, so
// that they may be closed in any order; it is released behind the calls that are under way. Close twice is once, and a call on what is closed gives ErrState. What methods give is Go memory, copied.
//
// # Building
//
// The library is found by pkg-config (libicp). With the build tag icp_static its static copy is linked into the program (libicp-static). The ledger is in package icp/ledger, since it needs SQLite.
package icp
