// Package classifier joins tokenizer, encoder, adapter and head into one model.
//
// In: a base model folder (DistilBERT, or a BERT that is folded on the way), optionally an adapter folder or the settings of a
// new adapter, and a label list. Out: a Model whose Logits graph can be trained or run, the Predictor that reads notes, and
// adapter folders that PEFT loads, with the labels beside them.
package classifier
