using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Planning;

/// <summary>A matrix that a step multiplies with, or several alike.</summary>
/// <param name="Role">What it does.</param>
/// <param name="Type">How it is stored; null for FP8, which no GGUF file has.</param>
/// <param name="Rows">Values that come out.</param>
/// <param name="Columns">Values that go in.</param>
/// <param name="Copies">How many there are.</param>
/// <param name="Used">How many of them a token uses.</param>
/// <param name="Bytes">Of one.</param>
internal readonly record struct StepWeight(WeightRole Role, TensorType? Type, long Rows, long Columns, int Copies, int Used, double Bytes)
{
    /// <summary>Whether products in integers are possible.</summary>
    public bool IsQuantized => Type is TensorType type && TensorGeometry.BlockSize(type) > 1;

    /// <summary>Values of one.</summary>
    public double Values => (double)Rows * Columns;

    /// <summary>How many of the copies some tokens use together; experts are assumed to be chosen evenly.</summary>
    /// <param name="tokens">Tokens of the step.</param>
    public double UsedBy(double tokens) => Copies <= Used ? Used : Copies * (1 - Elementary.Pow(1 - (double)Used / Copies, tokens));

    /// <summary>What a step of a model multiplies with: of a file its own tensors, or all in one type.</summary>
    public static IReadOnlyList<StepWeight> Of(PlannedModel model, WeightType? type) =>
        type is null ? model.FileWeights! : [.. OfType(model.Shape, type)];

    /// <summary>The matrices of a file.</summary>
    public static IReadOnlyList<StepWeight> Of(ModelFile file, ModelShape shape)
    {
        List<StepWeight> weights = [];
        foreach (TensorInfo tensor in file.Tensors.Where(static tensor => tensor.Shape.Count > 1))
        {
            WeightRole? role = tensor.Name switch
            {
                "output.weight" => WeightRole.Output,
                "token_embd.weight" => shape.IsTied ? WeightRole.Output : null,      // else a row is read of it, and nothing multiplied
                _ when tensor.Name.StartsWith("blk.", StringComparison.Ordinal) => WeightRole.FeedForward,
                _ => null,
            };
            if (role is null) continue;
            bool isOfExperts = tensor.Shape.Count > 2 && tensor.Name.Contains("_exps", StringComparison.Ordinal);
            int copies = isOfExperts ? (int)Math.Min(tensor.Shape[2], int.MaxValue) : 1;
            int used = isOfExperts ? shape.Layers.Max(static layer => layer.FeedForward.ExpertsUsed) : 1;
            weights.Add(new StepWeight(role.Value, tensor.Type, tensor.Rows / copies, tensor.Columns, copies, used, tensor.ByteCount / (double)copies));
        }
        return weights;
    }

    private static IEnumerable<StepWeight> OfType(ModelShape model, WeightType type)
    {
        foreach (WeightShape weight in model.Weights.Where(static weight => weight.MultiplyAdds > 0))
        {
            WeightShape one = weight with { Copies = 1, Used = 1 };
            // a tied output is the embedding's matrix and counts no values of its own, but it is read
            int copies = Math.Max(1, weight.Copies);
            yield return new StepWeight(weight.Role, type.TypeOf(one, model), weight.Rows, weight.Columns, copies, weight.Used, type.BytesOf(one, model));
        }
    }
}
