// Package claim sets every number that the original study states beside this run's.
//
// In flows an [experiment.Study]; out flow [Claim] values, part by part: what is stated, this run's number under each split or the reason why there is none,
// and what may make the two differ; and the tables that show them. What the original states stands in package original; results.json and
// the report have all of these claims.
package claim
