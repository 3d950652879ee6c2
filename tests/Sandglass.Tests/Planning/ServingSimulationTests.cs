using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Planning;
using Sandglass.Sampling;
using Sandglass.Tests.Generation;
using Sandglass.Tests.Transformer;
using Sandglass.Tokenization;
using Sandglass.Transformer;

namespace Sandglass.Tests.Planning;

/// <summary>The scheduler with time in place of arithmetic: it does what it does in the engine, and waits as the books say.</summary>
public sealed class ServingSimulationTests(TypedModelFiles files) : IClassFixture<TypedModelFiles>
{
    /// <summary>The same requests before the same steps, once with the model and once without it: every text is as far after every step.</summary>
    [Theory, InlineData(4, 40, 1000), InlineData(64, 0, 1000), InlineData(3, 64, 9), InlineData(8, 0, 14)]
    public void Every_text_is_as_far_after_every_step_as_in_the_engine(int places, int stepTokens, int pageSets)
    {
        ModelOptions options = new() { MaxBatch = places, MaxBatchTokens = stepTokens };
        using ModelFile file = ModelFile.Open(files[TensorType.Q4_0]);
        using SmallRun run = new(files[TensorType.Q4_0], ComputeMode.Fast);
        using TokenBuffer logits = new(StepBudget.Sequences, TypedModel.Vocabulary);
        using WorkerPool alone = new(1);
        SamplingBuffers buffers = new(TypedModel.Vocabulary);
        using PagePool pages = new(run.Pages.Shape, pageSets * run.Pages.Shape.SetBytes);
        Stepper real = new(run.Decoder, logits, new Choosing(alone, buffers), new Scheduler(options));
        using SimulatedEngine simulated = new(options, pageSets, static _ => 1);
        List<GeneratedSequence> engine = [];
        List<SimulatedText> texts = [];

        int step = 0;
        for (; step == 0 || !real.Scheduler.IsIdle || engine.Count < 24; step++)
        {
            Assert.InRange(step, 0, 2000);
            for (int i = engine.Count; i < 24 && Comes(i) <= step; i++)
            {
                (int prompt, int answer) = (1 + 37 * i % 150, 1 + 23 * i % 41);
                GenerationRequest request = Request(prompt, answer, pages, Tokenizer.From(file.Metadata), buffers);
                engine.Add(new GeneratedSequence(request, 0, new GenerationOutput()));
                real.Scheduler.Add(engine[^1]);
                texts.Add(simulated.Add(step, prompt, answer));
            }
            Assert.Equal(real.Step(), simulated.Step());
            Assert.Equal(engine.Select(static text => (text.IsOver, text.Length, text.Cache.Length)),
                texts.Select(static text => (text.IsOver, text.Length, text.Cache.Length)));
            Assert.Equal(pages.Held / run.Pages.Shape.Layers, simulated.HeldSets);
        }
        Assert.True(simulated.Scheduler.IsIdle);
        Assert.Equal(real.Scheduler.Preemptions, simulated.Scheduler.Preemptions);
        if (pageSets < 100) Assert.True(simulated.Scheduler.Preemptions > 0);
        Assert.All(texts, static text => Assert.Null(text.Failure));
    }

    /// <summary>A step that takes as long whatever is in it makes places of servers: then the books' formulas hold, but for the rest of a step.</summary>
    [Theory]
    [InlineData(1, 0.8, AnswerSpread.Geometric), InlineData(1, 0.7, AnswerSpread.Fixed), InlineData(4, 0.8, AnswerSpread.Geometric)]
    public void Places_that_do_not_mind_each_other_wait_as_the_formula_says(int places, double load, AnswerSpread spread)
    {
        ServedText text = new(Prompt: 1, Answer: 25, Spread: spread);
        ServingSimulation simulation = new()
        {
            Text = text,
            StepSeconds = static (_, _, _, _) => 0.04,
            Places = places,
            StepTokens = 64,
            PageSets = 10_000,
            Requests = 8000,
            Seed = 7,
        };
        double rate = load * places;    // 25 steps are a second
        SimulatedLoad seen = simulation.Run(rate);

        double expected = ErlangC.MeanWait(places, rate, 1, text.Variation);
        Assert.InRange(seen.MeanWait, expected - 3 * seen.WaitError, expected + 3 * seen.WaitError + 0.04);
        Assert.InRange(seen.WaitError, 0, 0.3 * expected);
        Assert.Equal(load * places, seen.MeanTexts, tolerance: 0.05 * places);
        Assert.Equal(0.04, seen.SecondsPerToken, tolerance: 1e-9);
        Assert.Equal(0, seen.Preemptions);
    }

    /// <summary>Steps that grow with what is in them, as those of a model do: the batch's formula knows how many texts there are.</summary>
    [Fact]
    public void The_batchs_formula_knows_how_many_texts_there_are()
    {
        static double Seconds(int texts, double depth, double tokens, double before) => 0.01 + 2e-4 * texts + 1e-7 * texts * depth + 2e-5 * tokens;
        ServedText text = new(Prompt: 200, Answer: 60, HitRate: 0.5);
        ServingBatch full = ServingBatch.Of(32, text, Seconds, 512);
        SimulatedLoad before = null!;
        foreach (double load in (double[])[0.3, 0.6, 0.9])
        {
            ServingSimulation simulation = new() { Text = text, StepSeconds = Seconds, Places = 32, StepTokens = 512, PageSets = 10_000, Requests = 1500 };
            SimulatedLoad seen = simulation.Run(load * full.RequestsPerSecond);
            BatchQueue formula = BatchQueue.Of(32, load * full.RequestsPerSecond, texts => ServingBatch.Of(texts, text, Seconds, 512).Seconds);

            Assert.InRange(seen.MeanTexts / formula.MeanTexts, 0.93, 1.07);
            Assert.True(before is null || (seen.MeanWait > before.MeanWait && seen.SecondsPerToken > before.SecondsPerToken));     // same chance, more load
            Assert.InRange(seen.SecondsPerToken, 0, 1.1 * full.SecondsPerToken);
            before = seen;
        }
    }

    /// <summary>Answers that would be longer than the context has room for end there, in the formula and in the simulation.</summary>
    [Fact]
    public void The_context_ends_long_answers()
    {
        ServedText text = new(Prompt: 1, Answer: 100, Longest: 40);
        double left = 1, mean = 0, square = 0;
        for (int tokens = 1; tokens <= 40; tokens++)
        {
            double ends = tokens == 40 ? left : left / 100;
            (mean, square, left) = (mean + ends * tokens, square + ends * tokens * tokens, left - ends);
        }
        Assert.Equal(mean, text.MeanAnswer, tolerance: 1e-9);
        Assert.Equal(square / (mean * mean) - 1, text.Variation, tolerance: 1e-9);
        Assert.Equal((100.0, 0.99), (new ServedText(1, 100).MeanAnswer, Math.Round(new ServedText(1, 100).Variation, 9)));

        SimulatedLoad seen = new ServingSimulation
        {
            Text = text,
            StepSeconds = static (_, _, _, _) => 0.1,
            Places = 64,
            StepTokens = 128,
            PageSets = 10_000,
            Requests = 2000,
        }.Run(rate: 2);
        Assert.Equal(2 * 0.1 * mean, seen.MeanTexts, tolerance: 0.25);     // Little; 20 texts were the answers as long as they would be
    }

    [Fact]
    public void It_says_how_far_it_is_and_ends_where_it_is_told_to()
    {
        using CancellationTokenSource source = new();
        List<double> shares = [];
        ServingSimulation simulation = new()
        {
            Text = new(Prompt: 10, Answer: 10),
            StepSeconds = static (_, _, _, _) => 0.1,
            Places = 8,
            StepTokens = 128,
            PageSets = 1000,
            Requests = 1000,
        };
        Assert.Throws<OperationCanceledException>(() => simulation.Run(2, share =>
        {
            shares.Add(share);
            if (share > 0.5) source.Cancel();
        }, source.Token));
        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[^1], 0.5, 0.52);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_one_another()
    {
        SimulatedLoad Run(ulong seed) => new ServingSimulation
        {
            Text = new(Prompt: 100, Answer: 30),
            StepSeconds = static (texts, _, tokens, _) => 0.01 + 1e-3 * texts + 1e-5 * tokens,
            Places = 8,
            StepTokens = 128,
            PageSets = 60,
            Requests = 400,
            Seed = seed,
        }.Run(15);

        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1), Run(2));
    }

    /// <summary>What is found takes pages and no time.</summary>
    [Fact]
    public void What_is_found_is_not_read()
    {
        using SimulatedEngine engine = new(new ModelOptions(), 100, static batch => batch.Read);
        SimulatedText text = engine.Add(0, prompt: 100, answer: 2, found: 96);
        engine.Step();
        Assert.Equal((4.0, 4.0, 1, 100, 4L), (engine.Clock.Now, text.First, text.Written, text.Cache.Length, engine.HeldSets));
        engine.Step();
        Assert.Equal((4.0, true, 0L), (text.Ended, text.IsOver, engine.HeldSets));
    }

    private static int Comes(int text) => text * text / 5;

    private static GenerationRequest Request(int prompt, int tokens, PagePool pages, Tokenizer tokenizer, SamplingBuffers buffers) => new()
    {
        Prompt = Evidence.Ids(prompt, TypedModel.Vocabulary),
        Options = new GenerationOptions { Sampling = Evidence.Sampled, MaxTokens = tokens, EndIds = [], ShareCache = false },
        Model = new ModelOptions(),
        Tokenizer = tokenizer,
        Pages = pages,
        Buffers = buffers,
        Positions = 512,
        Seed = 0,
        EndIds = new HashSet<int>(),
    };
}
