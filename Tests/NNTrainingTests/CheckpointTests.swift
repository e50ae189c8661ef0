import NNErrors
import NNMath
import NNNetwork
import NNTraining
import Testing

@Suite struct CheckpointTests {
  @Test func checkpointsAreMadeWhenDue() throws {
    let data = try TestData(rows: 70)
    func epochs(_ options: String, _ more: String = "") throws -> [Int] {
      var seen: [Int] = []
      let config = try makeConfig(
        #"{"epochs": 7, "checkpoint": {"path": "p", \#(options)}\#(more)}"#)
      let trainer = try Trainer(try makeModel(classifier), config, defaultThreads: 1)
      try trainer.fit(
        train: data.dataset, validation: nil,
        observer: TrainingObserver(
          report: nil, isCancelled: { false },
          checkpoint: { trainer throws(NNError) in seen.append(trainer.history.epochs.count) }))
      return seen
    }
    #expect(try epochs(#""every_epochs": 1"#) == [1, 2, 3, 4, 5, 6, 7])
    #expect(try epochs(#""every_epochs": 3"#) == [3, 6, 7])
    #expect(try epochs(#""every_seconds": 1e6"#) == [7])
    let stops = #", "early_stopping": {"metric": "loss", "min_delta": 9, "patience": 2}"#
    #expect(try epochs(#""every_epochs": 2"#, stops) == [2, 3])
  }

  @Test func aStateThatIsNotOursStartsEarlyStoppingAnew() throws {
    let config = try makeConfig(
      #"{"epochs": 3, "continue": true, "early_stopping": {"metric": "loss"}}"#)
    let data = try TestData(rows: 70)
    let history =
      #"{"epoch": [2], "loss": [1], "learning_rate": [1], "seconds": [1], "samples_per_second": [1], "stopped": "running"}"#
    for stopping in [
      "3", #"{"metric": 3}"#, #"{"metric": "loss", "best_epoch": -1, "waited": 1}"#,
      #"{"metric": "loss", "best_epoch": 1, "waited": 1e300}"#,
      #"{"metric": "accuracy", "best": 1e-30, "best_epoch": 1, "waited": 9}"#,
      // Best weights that the file does not have.
      #"{"metric": "loss", "best": 1e-30, "best_epoch": 1, "waited": 9}"#,
    ] {
      let trainer = try Trainer(try makeModel(classifier), config, defaultThreads: 1)
      let slots = try ["exp_avg", "exp_avg_sq"].map {
        ($0, try Buffer<Float>(count: trainer.model.parameterCount))
      }
      try trainer.restore(
        TrainingState(
          text:
            #"{"epoch": 2, "step": 6, "history": \#(history), "early_stopping": \#(stopping)}"#,
          slots: slots))
      try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
      #expect(trainer.history.epochs == [2, 3, 4, 5])
      #expect(trainer.history.bestEpoch > 2)
    }
  }
}
