using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Takes for each token the experts that the router scores highest, of equal ones the first, and weights them by their softmax.</summary>
internal sealed unsafe class ChooseExpertsStep(WorkerPool pool) : TokenJob(pool)
{
    private Experts _experts = null!;
    private ExpertRouting _routing = null!;

    public void Run(Experts experts, ExpertRouting routing, int tokens)
    {
        (_experts, _routing) = (experts, routing);
        Run(tokens, experts.Used * experts.All.Length);
    }

    protected override void DoToken(int token)
    {
        ReadOnlySpan<float> scores = new(_routing.Scores.Row(token), _experts.All.Length);
        Span<int> chosen = _routing.Chosen(token);
        Span<float> weights = _routing.Weights(token);
        for (int i = 0; i < chosen.Length; i++) chosen[i] = Best(scores, chosen[..i]);

        float best = scores[chosen[0]], sum = 0;
        for (int i = 0; i < chosen.Length; i++) sum += weights[i] = Elementary.Exp(scores[chosen[i]] - best);
        float factor = _experts.Scale / (_experts.Normalized ? sum : Elementary.Exp((float)Softmax.LogSum(scores, out _)));
        for (int i = 0; i < chosen.Length; i++) weights[i] *= factor;
    }

    /// <summary>The highest score that is not taken yet; a broken model's NaN is never higher, and some expert is found all the same.</summary>
    private static int Best(ReadOnlySpan<float> scores, ReadOnlySpan<int> taken)
    {
        int best = -1;
        for (int i = 0; i < scores.Length; i++)
        {
            if ((best < 0 || scores[i] > scores[best]) && !taken.Contains(i)) best = i;
        }
        return best;
    }
}
