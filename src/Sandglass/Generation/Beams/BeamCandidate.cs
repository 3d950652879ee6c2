namespace Sandglass.Generation;

/// <summary>A token that a beam may go on with.</summary>
/// <param name="Beam">The beam's place in its group.</param>
/// <param name="Id">The token.</param>
/// <param name="Logprob">Of the token in the model's own distribution.</param>
/// <param name="Gain">What the token adds to the beam's score: its log-probability as penalties and bans left it.</param>
/// <param name="Score">The beam's score and the gain.</param>
/// <param name="Facts">What else the token's row of logits gives.</param>
internal readonly record struct BeamCandidate(int Beam, int Id, float Logprob, float Gain, float Score, RowFacts Facts) : IComparable<BeamCandidate>
{
    /// <summary>The better score first; of equal ones the beam that comes first, then the lower id.</summary>
    public int CompareTo(BeamCandidate other) =>
        Score != other.Score ? other.Score.CompareTo(Score) : Beam != other.Beam ? Beam.CompareTo(other.Beam) : Id.CompareTo(other.Id);
}
